// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Writes an auth.log as busy hosts on the internet have it: fourteen days, several conversations at a time whose
// lines interleave, mostly strangers who try passwords. The same arguments give the same bytes, so that figures
// taken on different days can be compared.
//
//     gen_auth LINES [SEED] [--hosts N] [--iso]
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS = 14, OPEN = 8, LINE_ROOM = 1024, OUT_ROOM = 1 << 20 };

// What one conversation leaves. `share`: per cent of all lines. In a line: %u user, %i address, %p port, %k key,
// %s session, %n a small number, %c a command, %d the pid. "!": brings its own tag.
static const struct talk {
    unsigned share;
    const char *tag;
    enum who { STRANGER, ROOT, STAFF, SYSTEM } who;
    const char *lines[7];
} TALKS[] = {
    {22,
     "sshd[%d]",
     STRANGER,
     {"Invalid user %u from %i port %p", "pam_unix(sshd:auth): check pass; user unknown",
      "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%i ",
      "Failed password for invalid user %u from %i port %p ssh2",
      "Received disconnect from %i port %p:11: Bye Bye [preauth]",
      "Disconnected from invalid user %u %i port %p [preauth]"}},
    {13,
     "sshd[%d]",
     ROOT,
     {"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%i  user=root",
      "Failed password for root from %i port %p ssh2", "Received disconnect from %i port %p:11: Bye Bye [preauth]",
      "Disconnected from authenticating user root %i port %p [preauth]"}},
    {10,
     "sshd[%d]",
     ROOT,
     {"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%i  user=root",
      "Failed password for root from %i port %p ssh2",
      "message repeated 2 times: [ Failed password for root from %i port %p ssh2]",
      "Connection reset by authenticating user root %i port %p [preauth]",
      "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=%i  user=root"}},
    {12,
     "sshd[%d]",
     STAFF,
     {"Accepted publickey for %u from %i port %p ssh2: ED25519 SHA256:%k",
      "pam_unix(sshd:session): session opened for user %u(uid=100%n) by (uid=0)",
      "!systemd-logind[612]: New session %s of user %u.",
      "Received disconnect from %i port %p:11: disconnected by user", "Disconnected from user %u %i port %p",
      "pam_unix(sshd:session): session closed for user %u",
      "!systemd-logind[612]: Session %s logged out. Waiting for processes to exit."}},
    {13,
     "CRON[%d]",
     SYSTEM,
     {"pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
      "pam_unix(cron:session): session closed for user root"}},
    {8,
     "sudo",
     STAFF,
     {"    %u : TTY=pts/%n ; PWD=/home/%u ; USER=root ; COMMAND=%c",
      "pam_unix(sudo:session): session opened for user root(uid=0) by %u(uid=100%n)",
      "pam_unix(sudo:session): session closed for user root"}},
    {5,
     "systemd-logind[612]",
     STAFF,
     {"New session %s of user %u.", "Session %s logged out. Waiting for processes to exit.", "Removed session %s."}},
    {3,
     "su[%d]",
     STAFF,
     {"(to root) %u on pts/%n", "pam_unix(su-l:session): session opened for user root(uid=0) by %u(uid=100%n)",
      "pam_unix(su-l:session): session closed for user root"}},
    {4, "sshd[%d]", STRANGER, {"Connection closed by %i port %p [preauth]"}},
    {3,
     "sshd[%d]",
     STRANGER,
     {"error: kex_exchange_identification: Connection closed by remote host", "Connection closed by %i port %p"}},
    {3,
     "sshd[%d]",
     STRANGER,
     {"Unable to negotiate with %i port %p: no matching key exchange method found. Their offer: "
      "diffie-hellman-group14-sha1,diffie-hellman-group1-sha1 [preauth]"}},
    {2, "sshd[%d]", STRANGER, {"banner exchange: Connection from %i port %p: invalid format"}},
    {2,
     "polkitd[583]",
     SYSTEM,
     {"Registered Authentication Agent for unix-process:%p:%p (system bus name :1.%s [/usr/bin/pkttyagent --notify-fd "
      "5 "
      "--fallback], object path /org/freedesktop/PolicyKit1/AuthenticationAgent, locale en_US.UTF-8)"}},
};
enum { TALKS_N = sizeof TALKS / sizeof *TALKS };

static const char *const STRANGERS[] = {
    "admin",   "test",   "user",   "oracle",   "postgres", "ubuntu", "git",        "ftpuser",  "guest",
    "support", "mysql",  "hadoop", "jenkins",  "nagios",   "pi",     "tomcat",     "deploy",   "minecraft",
    "steam",   "www",    "dev",    "es",       "ansible",  "zabbix", "teamspeak3", "vagrant",  "odoo",
    "centos",  "debian", "server", "backup",   "weblogic", "sa",     "info",       "kafka",    "elastic",
    "solr",    "gitlab", "redis",  "sysadmin", "uploader", "web",    "webmaster",  "operator",
};
static const char *const STAFF_NAMES[] = {"anna", "bjarne", "chloe", "deploy-bot", "emil", "farida", "grit", "hugo"};
static const char *const COMMANDS[] = {
    "/usr/bin/systemctl restart nginx",
    "/usr/bin/apt update",
    "/usr/bin/journalctl -u nginx --since today",
    "/usr/bin/tail -n 200 /var/log/nginx/error.log",
    "/usr/bin/ls /root",
    "/usr/sbin/nginx -t",
    "/usr/bin/rsync -a /srv/www/ /var/backups/www/",
    "/usr/bin/vim /etc/nginx/sites-available/default",
};
#define PICK(list) ((list)[random_below(sizeof(list) / sizeof *(list))])

static uint64_t random_state;

static uint64_t random_next(void) { // xorshift64*
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545f4914f6cdd1du;
}

static uint32_t random_below(uint32_t n) {
    return (uint32_t)((random_next() >> 32) * n >> 32);
}

// One conversation under way.
struct open_talk {
    const struct talk *talk;
    unsigned next, host, pid, port, session, small;
    uint32_t address;
    const char *user, *command;
    char user_text[32], key[44];
};

static unsigned hosts = 1, last_pid = 900, last_session = 1;

// Half of what comes from outside comes from forty addresses.
static uint32_t pick_address(enum who who) {
    if (who == STAFF)
        return 0x5bc70000u + random_below(12) * 257;
    uint64_t x = random_below(2) ? random_below(40) : 1000 + random_below(30000);
    x = (x + 1) * 0x9e3779b97f4a7c15u;
    uint32_t address = (uint32_t)(x >> 32);
    return (address & 0x00ffffffu) | (((address >> 24) % 180 + 23) << 24);
}

static void pick_user(struct open_talk *t) {
    t->user = t->talk->who == STAFF ? PICK(STAFF_NAMES) : PICK(STRANGERS);
    if (t->talk->who == STRANGER && random_below(3) == 0) {
        snprintf(t->user_text, sizeof t->user_text, "%s%u", t->user, random_below(200));
        t->user = t->user_text;
    }
}

static void pick_key(struct open_talk *t) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t x = 0;
    for (size_t i = 0; i < sizeof t->key - 1; i++) // of the user, not of the day
        x = (x * 31 + (unsigned char)t->user[i % strlen(t->user)]) * 0x9e3779b97f4a7c15u, t->key[i] = digits[x >> 58];
    t->key[sizeof t->key - 1] = '\0';
}

static const struct talk *pick_talk(void) {
    static double sum[TALKS_N];
    if (sum[0] == 0)
        for (size_t i = 0; i < TALKS_N; i++) {
            unsigned n = 0;
            while (n < 7 && TALKS[i].lines[n])
                n++;
            sum[i] = (i ? sum[i - 1] : 0) + (double)TALKS[i].share / n;
        }
    double x = (double)(random_next() >> 11) / 9007199254740992.0 * sum[TALKS_N - 1];
    size_t i = 0;
    while (i + 1 < TALKS_N && x >= sum[i])
        i++;
    return &TALKS[i];
}

static void begin_talk(struct open_talk *t) {
    *t = (struct open_talk){.talk = pick_talk()};
    last_pid = last_pid + 1 + random_below(3);
    if (last_pid > 4194000)
        last_pid = 900;
    t->pid = last_pid;
    t->host = random_below(hosts);
    t->port = 32768 + random_below(28000);
    t->session = last_session++;
    t->small = random_below(8);
    t->address = pick_address(t->talk->who);
    t->command = PICK(COMMANDS);
    pick_user(t);
    pick_key(t);
}

// ---- Writing ----

static char *put_text(char *w, const char *s) {
    size_t n = strlen(s);
    memcpy(w, s, n);
    return w + n;
}

static char *put_number(char *w, unsigned n) {
    char digits[10], *p = digits + sizeof digits;
    do
        *--p = (char)('0' + n % 10);
    while (n /= 10);
    memcpy(w, p, (size_t)(digits + sizeof digits - p));
    return w + (digits + sizeof digits - p);
}

static char *put_address(char *w, uint32_t a) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        w = put_number(w, a >> shift & 255);
        *w++ = shift ? '.' : ' ';
    }
    return w - 1;
}

static char *put_field(char *w, const struct open_talk *t, char field) {
    switch (field) {
    case 'u':
        return put_text(w, t->user);
    case 'i':
        return put_address(w, t->address);
    case 'p':
        return put_number(w, t->port);
    case 'k':
        return put_text(w, t->key);
    case 's':
        return put_number(w, t->session);
    case 'd':
        return put_number(w, t->pid);
    case 'n':
        return put_number(w, t->small);
    default:
        return put_text(w, t->command);
    }
}

static char *put_filled(char *w, const struct open_talk *t, const char *line) {
    for (; *line; line++)
        if (*line == '%')
            w = put_field(w, t, *++line);
        else
            *w++ = *line;
    return w;
}

static char *put_message(char *w, const struct open_talk *t, const char *line) {
    bool own_tag = *line == '!';
    if (!own_tag)
        w = put_text(put_filled(w, t, t->talk->tag), ": ");
    w = put_filled(w, t, line + own_tag);
    *w++ = '\n';
    return w;
}

// 1 to 14 March 2026, from midnight.
static char *put_stamp(char *w, uint64_t micros, bool iso) {
    static uint64_t known = UINT64_MAX;
    static char text[40];
    uint64_t second = micros / 1000000;
    unsigned day = (unsigned)(second / 86400) + 1, of_day = (unsigned)(second % 86400);
    unsigned h = of_day / 3600, m = of_day / 60 % 60, s = of_day % 60;
    if (iso)
        return w + sprintf(w, "2026-03-%02uT%02u:%02u:%02u.%06u+01:00", day, h, m, s, (unsigned)(micros % 1000000));
    if (second != known)
        snprintf(text, sizeof text, "Mar %2u %02u:%02u:%02u", day, h, m, s);
    known = second;
    return put_text(w, text);
}

static void write_log(uint64_t lines, bool iso) {
    static char out[OUT_ROOM + LINE_ROOM];
    static struct open_talk open[OPEN];
    char *w = out;
    for (size_t i = 0; i < OPEN; i++)
        begin_talk(&open[i]);
    for (uint64_t i = 0; i < lines; i++) {
        struct open_talk *t = &open[random_below(OPEN)];
        if (t->next == 7 || !t->talk->lines[t->next])
            begin_talk(t);
        w = put_stamp(w, (uint64_t)((double)i / (double)lines * (DAYS * 86400e6)), iso);
        w = put_text(w, " web-");
        *w++ = (char)('0' + (t->host + 1) / 10 % 10);
        *w++ = (char)('0' + (t->host + 1) % 10);
        *w++ = ' ';
        w = put_message(w, t, t->talk->lines[t->next++]);
        if (w >= out + OUT_ROOM) {
            fwrite(out, 1, (size_t)(w - out), stdout);
            w = out;
        }
    }
    fwrite(out, 1, (size_t)(w - out), stdout);
}

static uint64_t number_or_exit(const char *text, uint64_t most) {
    char *end = "";
    uint64_t n = text ? strtoull(text, &end, 10) : 0;
    if (n == 0 || n > most || *end) {
        fprintf(stderr, "usage: gen_auth LINES [SEED] [--hosts 1..99] [--iso]\n");
        exit(2);
    }
    return n;
}

int main(int argc, char **argv) {
    uint64_t plain[2] = {0, 1};
    size_t n = 0;
    bool iso = false;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--iso") == 0)
            iso = true;
        else if (strcmp(argv[i], "--hosts") == 0)
            hosts = (unsigned)number_or_exit(argv[++i], 99);
        else if (n < 2)
            plain[n++] = number_or_exit(argv[i], UINT64_MAX - 1);
    if (plain[0] == 0)
        number_or_exit(NULL, 1);
    random_state = plain[1] * 0x9e3779b97f4a7c15u | 1;
    write_log(plain[0], iso);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 3;
}
