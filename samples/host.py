# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
#
# The machine of the sample: how Debian 12's sshd, PAM, sudo, cron, systemd, nginx and auditd put things. What happens
# to it is told in generate.py.
#
# Everything that goes on is a Python generator that yields the seconds until its next step; Host.run() lets them take
# turns, so that process ids, session ids and audit serials are given out in the order of time, as a kernel does.
import heapq
from datetime import datetime, timedelta, timezone

CET = timezone(timedelta(hours=1))
UNSET = 4294967295
MASK = (1 << 64) - 1


class Dice:
    """Random numbers that are the same with every Python."""

    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        x = (self.state >> 22) ^ self.state
        return (x >> (22 + (self.state >> 61))) & 0xFFFFFFFF

    def below(self, n):
        return self.bits() * n >> 32

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def pick(self, items):
        return items[self.below(len(items))]

    def seconds(self, low, high):
        return low + (high - low) * self.bits() / 0x100000000


class Account:
    def __init__(self, name, uid, gid=None, key=None):
        self.name, self.uid, self.gid, self.key = name, uid, uid if gid is None else gid, key
        self.home = "/root" if uid == 0 else f"/home/{name}"


ROOT = Account("root", 0)


class Session:
    """Where a command is run: by whom, on which terminal, in which audit session, under which shell."""

    def __init__(self, login, ses, shell_pid, tty="pts/0", account=None, cwd=None):
        self.login, self.ses, self.shell_pid, self.tty = login, ses, shell_pid, tty
        self.account = account or login
        self.cwd = cwd or self.account.home


def quote(value):
    """auditd's way with text somebody else chose: quoted when harmless, else in hexadecimal."""
    data = value.encode()
    return data.hex().upper() if any(b < 0x21 or b > 0x7E or b == 0x22 for b in data) else f'"{value}"'


class Host:
    def __init__(self, name, seed, start, end):
        self.name, self.dice = name, Dice(seed)
        self.now, self.end = start, end
        self.lines = {"auth": [], "syslog": [], "access": [], "audit": []}
        self.queue, self.order = [], 0
        self.last_pid, self.last_ses, self.last_serial = 61203, 1411, 90214
        self.logind_pid, self.cron_pid, self.sshd_pid = 577, 556, 655
        self.names = {0: "root", UNSET: "unset", 33: "www-data"}

    # ---- Turns ----

    def at(self, when, steps):
        if when.microsecond == 0:  # a plan to the second; nothing happens on the dot
            when += timedelta(microseconds=self.dice.between(2000, 900000))
        self.order += 1
        heapq.heappush(self.queue, (when, self.order, steps))

    def run(self):
        while self.queue:
            self.now, _, steps = heapq.heappop(self.queue)
            if self.now >= self.end:
                continue
            try:
                self.at(self.now + timedelta(seconds=next(steps)), steps)
            except StopIteration:
                pass
        for lines in self.lines.values():
            lines.sort(key=lambda line: line[0])

    def pid(self):
        self.last_pid += self.dice.between(1, 9)
        return self.last_pid

    def ses(self):
        self.last_ses += 1
        return self.last_ses

    # ---- Lines ----

    def tick(self):
        self.now += timedelta(microseconds=self.dice.between(20, 400))

    def auth(self, tag, text):
        stamp = f"{self.now:%b} {self.now.day:2d} {self.now:%H:%M:%S}"
        self.lines["auth"].append((self.now, f"{stamp} {self.name} {tag}: {text}"))

    def syslog(self, tag, text):
        self.tick()
        stamp = f"{self.now:%Y-%m-%dT%H:%M:%S}.{self.now.microsecond:06d}+01:00"
        self.lines["syslog"].append((self.now, f"{stamp} {self.name} {tag}: {text}"))

    def access(self, address, request, status, size, agent, referer="-"):
        stamp = f"{self.now:%d/%b/%Y:%H:%M:%S} +0100"
        line = f'{address} - - [{stamp}] "{request}" {status} {size} "{referer}" "{agent}"'
        self.lines["access"].append((self.now, line))

    def audit(self, *records):
        """One event: records are (type, fields, enrichment)."""
        self.tick()
        self.last_serial += 1
        stamp = f"{int(self.now.timestamp())}.{self.now.microsecond // 1000:03d}:{self.last_serial}"
        for kind, fields, more in records:
            more = "\x1d" + more if more else ""
            self.lines["audit"].append((self.now, f"type={kind} msg=audit({stamp}): {fields}{more}"))

    def user_record(self, kind, pid, session, words, uid=0):
        """What a program tells auditd by itself."""
        auid, ses = (session.login.uid, session.ses) if session else (UNSET, UNSET)
        fields = f"pid={pid} uid={uid} auid={auid} ses={ses} subj=unconfined msg='{words}'"
        self.audit((kind, fields, f'UID="{self.names[uid]}" AUID="{self.names[auid]}"'))

    def pam_record(self, kind, op, account, exe, pid, session, address=None, terminal="ssh", ok=True, grantors=None, uid=0):
        grantors = (grantors or "pam_permit") if ok else "?"
        where = address or "?"
        words = (f"op=PAM:{op} grantors={grantors} acct={quote(account)} exe=\"{exe}\" hostname={where} addr={where} "
                 f"terminal={terminal} res={'success' if ok else 'failed'}")
        self.user_record(kind, pid, session, words, uid)

    # ---- sshd: strangers ----

    def reject_password(self, pid, user, address, port, known, first=True):
        """One wrong password: two or three lines, two audit records."""
        who = user if known else f"invalid user {user}"
        if first:
            if not known:
                self.auth(f"sshd[{pid}]", f"Invalid user {user} from {address} port {port}")
                yield self.dice.seconds(0.2, 0.6)
                self.auth(f"sshd[{pid}]", "pam_unix(sshd:auth): check pass; user unknown")
            named = f" user={user}" if known else ""
            self.auth(f"sshd[{pid}]", "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh "
                                      f"ruser= rhost={address} {named}")
        self.pam_record("USER_AUTH", "authentication", user, "/usr/sbin/sshd", pid, None, address, ok=False)
        yield self.dice.seconds(1.6, 2.6)
        self.auth(f"sshd[{pid}]", f"Failed password for {who} from {address} port {port} ssh2")
        acct = quote(user if known else "(invalid user)")
        self.user_record("USER_LOGIN", pid, None, f'op=login acct={acct} exe="/usr/sbin/sshd" hostname=? addr={address} '
                                                  "terminal=sshd res=failed")

    def leave_early(self, pid, user, address, port, known, failures):
        """How the connection of a stranger ends."""
        kind = "authenticating" if known else "invalid"
        yield self.dice.seconds(0.3, 0.9)
        if failures == 1 and self.dice.below(3):
            self.auth(f"sshd[{pid}]", f"Received disconnect from {address} port {port}:11: Bye Bye [preauth]")
            self.auth(f"sshd[{pid}]", f"Disconnected from {kind} user {user} {address} port {port} [preauth]")
        else:
            self.auth(f"sshd[{pid}]", f"Connection closed by {kind} user {user} {address} port {port} [preauth]")
        if failures > 1:
            named = f" user={user}" if known else ""
            s = "s" if failures > 2 else ""
            self.auth(f"sshd[{pid}]", f"PAM {failures - 1} more authentication failure{s}; logname= uid=0 euid=0 tty=ssh "
                                      f"ruser= rhost={address} {named}")

    def knock(self, user, address, known, failures, truth):
        """One connection with wrong passwords for one name."""
        pid, port = self.pid(), self.dice.between(32768, 60999)
        for i in range(failures):
            yield from self.reject_password(pid, user, address, port, known, first=i == 0)
            truth.failure(user, address, self.now)
            if i + 1 < failures:
                yield self.dice.seconds(8.0, 12.0)
        yield from self.leave_early(pid, user, address, port, known, failures)

    def probe(self, address, truth):
        """A connection that never says who it is."""
        pid, port = self.pid(), self.dice.between(32768, 60999)
        texts = self.dice.pick([
            [f"Connection closed by {address} port {port} [preauth]"],
            ["error: kex_exchange_identification: Connection closed by remote host", f"Connection closed by {address} port {port}"],
            [f"banner exchange: Connection from {address} port {port}: invalid format"],
            [f"Unable to negotiate with {address} port {port}: no matching key exchange method found. Their offer: "
             "diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1 [preauth]"],
        ])
        truth.probe(address)
        for text in texts:
            self.auth(f"sshd[{pid}]", text)
        yield 0

    # ---- sshd: those who get in ----

    def log_on(self, account, address, method, truth, pid=None, port=None):
        """From "Accepted" to the shell; gives the Session."""
        pid, port = pid or self.pid(), port or self.dice.between(32768, 60999)
        key = f": ED25519 {account.key}" if method == "publickey" else ""
        sshd = f"sshd[{pid}]"
        if method == "password":
            self.pam_record("USER_AUTH", "authentication", account.name, "/usr/sbin/sshd", pid, None, address)
        self.pam_record("USER_ACCT", "accounting", account.name, "/usr/sbin/sshd", pid, None, address)
        self.auth(sshd, f"Accepted {method} for {account.name} from {address} port {port} ssh2{key}")
        truth.success(account.name, address, method, self.now)
        yield 0.004
        ses, shell = self.ses(), None
        session = Session(account, ses, 0)
        self.pam_record("CRED_ACQ", "setcred", account.name, "/usr/sbin/sshd", pid, None, address)
        self.audit(
            ("LOGIN", f"pid={pid} uid=0 subj=unconfined old-auid={UNSET} auid={account.uid} tty=(none) old-ses={UNSET} ses={ses} "
                      "res=1", f'UID="root" OLD-AUID="unset" AUID="{account.name}"'),
            self.syscall_record(1, pid, self.sshd_pid, Session(account, ses, 0, "(none)", ROOT), "sshd", "/usr/sbin/sshd",
                                items=0, key="(null)", exit=len(str(account.uid))),
            ("PROCTITLE", "proctitle=" + f"sshd: {account.name} [priv]".encode().hex().upper(), ""))
        self.auth(sshd, f"pam_unix(sshd:session): session opened for user {account.name}(uid={account.uid}) by (uid=0)")
        yield 0.011
        self.auth(f"systemd-logind[{self.logind_pid}]", f"New session {ses} of user {account.name}.")
        self.start_user_manager(account)
        self.syslog("systemd[1]", f"Started session-{ses}.scope - Session {ses} of User {account.name}.")
        self.pam_record("USER_START", "session_open", account.name, "/usr/sbin/sshd", pid, session, address,
                        grantors="pam_loginuid,pam_keyinit,pam_permit,pam_umask,pam_unix,pam_systemd,pam_mail,pam_limits,pam_env")
        yield 0.021
        self.auth(sshd, "pam_env(sshd:session): deprecated reading of user environment enabled")
        child, shell = self.pid(), self.pid()
        self.user_record("USER_LOGIN", pid, session, f'op=login id={account.uid} exe="/usr/sbin/sshd" hostname={address} '
                                                     f"addr={address} terminal=/dev/pts/0 res=success")
        session.shell_pid = shell
        session.sshd, session.child, session.port, session.address = pid, child, port, address
        yield from self.execute(session, ["-bash"], "/usr/bin/bash", pid=shell, ppid=child)
        return session

    def start_user_manager(self, account):
        pid = self.pid()
        self.auth(f"systemd[{pid}]", f"pam_unix(systemd-user:session): session opened for user {account.name}(uid={account.uid}) "
                                     "by (uid=0)")
        self.syslog("systemd[1]", f"Created slice user-{account.uid}.slice - User Slice of UID {account.uid}.")
        self.syslog("systemd[1]", f"Started user@{account.uid}.service - User Manager for UID {account.uid}.")

    def log_off(self, session):
        account, address, port = session.login, session.address, session.port
        self.auth(f"sshd[{session.child}]", f"Received disconnect from {address} port {port}:11: disconnected by user")
        self.auth(f"sshd[{session.child}]", f"Disconnected from user {account.name} {address} port {port}")
        self.auth(f"sshd[{session.sshd}]", f"pam_unix(sshd:session): session closed for user {account.name}")
        self.pam_record("USER_END", "session_close", account.name, "/usr/sbin/sshd", session.sshd, session, address,
                        grantors="pam_loginuid,pam_keyinit,pam_permit,pam_umask,pam_unix,pam_systemd,pam_mail,pam_limits,pam_env")
        self.pam_record("CRED_DISP", "setcred", account.name, "/usr/sbin/sshd", session.sshd, session, address)
        yield 0.013
        self.auth(f"systemd-logind[{self.logind_pid}]", f"Session {session.ses} logged out. Waiting for processes to exit.")
        self.auth(f"systemd-logind[{self.logind_pid}]", f"Removed session {session.ses}.")
        self.syslog("systemd[1]", f"session-{session.ses}.scope: Deactivated successfully.")

    # ---- Commands ----

    def syscall_record(self, number, pid, ppid, session, comm, exe, items, key, exit=0):
        a, name = session.account, self.names[session.account.uid]
        ok = "yes" if exit >= 0 else "no"
        names = {1: "write", 59: "execve", 82: "rename", 257: "openat"}
        args = " ".join(f"a{i}={self.dice.between(1 << 40, 1 << 46):x}" for i in range(3))
        tty = session.tty.replace("/", "")
        fields = (f"arch=c000003e syscall={number} success={ok} exit={exit} {args} a3=8 items={items} ppid={ppid} pid={pid} "
                  f"auid={session.login.uid} uid={a.uid} gid={a.gid} euid={a.uid} suid={a.uid} fsuid={a.uid} egid={a.gid} "
                  f"sgid={a.gid} fsgid={a.gid} tty={tty} ses={session.ses} comm={quote(comm)} exe=\"{exe}\" subj=unconfined "
                  f"key={key if key == '(null)' else quote(key)}")
        ids = " ".join(f'{k}="{name}"' for k in ("UID", "GID", "EUID", "SUID", "FSUID", "EGID", "SGID", "FSGID"))
        return "SYSCALL", fields, f'ARCH=x86_64 SYSCALL={names[number]} AUID="{session.login.name}" {ids}'

    def path_record(self, item, name, kind="NORMAL", mode="0100755"):
        inode = 131072 + sum(name.encode()) * 37 % 90000
        return ("PATH", f"item={item} name={quote(name)} inode={inode} dev=fe:01 mode={mode} ouid=0 ogid=0 rdev=00:00 "
                        f"nametype={kind} cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0", 'OUID="root" OGID="root"')

    def proctitle_record(self, argv):
        data = b"\0".join(a.encode() for a in argv)[:128]
        return "PROCTITLE", "proctitle=" + (quote(argv[0]) if len(argv) == 1 else data.hex().upper()), ""

    def execute(self, session, argv, exe, pid=None, ppid=None):
        """One execve() as the rule `-S execve -F auid>=1000 -k exec` records it; gives the pid."""
        pid = pid or self.pid()
        name = exe.rsplit("/", 1)[1]
        self.audit(
            self.syscall_record(59, pid, ppid or session.shell_pid, session, name, exe, 2, "exec"),
            ("EXECVE", f"argc={len(argv)} " + " ".join(f"a{i}={quote(a)}" for i, a in enumerate(argv)), ""),
            ("CWD", f"cwd={quote(session.cwd)}", ""),
            self.path_record(0, exe), self.path_record(1, "/lib64/ld-linux-x86-64.so.2"),
            self.proctitle_record(argv))
        yield self.dice.seconds(0.01, 0.2)
        return pid

    def touch_file(self, session, argv, exe, pid, call, path, key, kind="CREATE", exit=3):
        """A file changed under a watch (`-w … -p wa -k KEY`)."""
        self.audit(
            self.syscall_record(call, pid, session.shell_pid, session, exe.rsplit("/", 1)[1], exe, 2, key, exit),
            ("CWD", f"cwd={quote(session.cwd)}", ""),
            self.path_record(0, path.rsplit("/", 1)[0] + "/", "PARENT", "040755"),
            self.path_record(1, path, kind, "0100644"), self.proctitle_record(argv))

    def fail_sudo(self, session, truth):
        """A mistyped password."""
        user, pid = session.account, self.pid()
        self.auth("sudo", f"pam_unix(sudo:auth): authentication failure; logname={user.name} uid={user.uid} euid=0 "
                          f"tty=/dev/{session.tty} ruser={user.name} rhost=  user={user.name}")
        self.pam_record("USER_AUTH", "authentication", user.name, "/usr/bin/sudo", pid, session, terminal=f"/dev/{session.tty}",
                        ok=False, uid=user.uid)
        truth.privilege("sudo", user.name, "failure")
        yield 4.2

    def sudo(self, session, command, truth):
        """`sudo COMMAND`, or `sudo -l` for "list". Gives the Session of root; close_sudo() ends it."""
        user, pid, terminal = session.account, self.pid(), f"/dev/{session.tty}"
        self.pam_record("USER_AUTH", "authentication", user.name, "/usr/bin/sudo", pid, session, terminal=terminal, uid=user.uid)
        self.pam_record("USER_ACCT", "accounting", user.name, "/usr/bin/sudo", pid, session, terminal=terminal, uid=user.uid)
        self.user_record("USER_CMD", pid, session, f'cwd="{session.cwd}" cmd={quote(command)} exe="/usr/bin/sudo" '
                                                   f"terminal={session.tty} res=success", uid=user.uid)
        self.auth("sudo", f"{user.name:>8} : TTY={session.tty} ; PWD={session.cwd} ; USER=root ; COMMAND={command}")
        truth.sudo(self.now, user.name, session.tty, session.cwd, command)
        if command == "list":
            yield 0.4
            return None
        self.auth("sudo", f"pam_unix(sudo:session): session opened for user root(uid=0) by {user.name}(uid={user.uid})")
        self.pam_record("CRED_REFR", "setcred", "root", "/usr/bin/sudo", pid, session, terminal=terminal)
        self.pam_record("USER_START", "session_open", "root", "/usr/bin/sudo", pid, session, terminal=terminal,
                        grantors="pam_limits,pam_permit,pam_unix")
        root = Session(session.login, session.ses, pid, session.tty, ROOT, session.cwd)
        argv = command.split(" ")
        child = yield from self.execute(root, argv, argv[0] if argv[0][0] == "/" else "/usr/bin/" + argv[0], ppid=pid)
        root.sudo_pid, root.shell_pid = pid, child
        return root

    def close_sudo(self, root):
        self.auth("sudo", "pam_unix(sudo:session): session closed for user root")
        for kind, op, grantors in (("USER_END", "session_close", "pam_limits,pam_permit,pam_unix"), ("CRED_DISP", "setcred", None)):
            self.pam_record(kind, op, "root", "/usr/bin/sudo", root.sudo_pid, root, terminal=f"/dev/{root.tty}", grantors=grantors)

    def run_sudo(self, session, command, truth, seconds=1.0):
        root = yield from self.sudo(session, command, truth)
        yield seconds
        self.close_sudo(root)

    # ---- cron and systemd ----

    def cron_job(self, command, truth, seconds=0.4):
        pid = self.pid()
        self.ses()  # pam_loginuid gives each job an audit session; a rule keeps cron's records out of audit.log
        self.auth(f"CRON[{pid}]", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
        self.syslog(f"CRON[{pid + 1}]", f"(root) CMD ({command})")
        self.last_pid = max(self.last_pid, pid + 1)
        truth.cron(command, self.now)
        yield seconds
        self.auth(f"CRON[{pid}]", "pam_unix(cron:session): session closed for user root")

    def timer(self, unit, what, seconds, own=()):
        """A oneshot unit as systemd 252 announces it; `own` are lines of the unit itself."""
        self.syslog("systemd[1]", f"Starting {unit} - {what}...")
        pid = self.pid()
        for tag, text in own:
            yield seconds / (len(own) + 1)
            self.syslog(f"{tag}[{pid}]", text)
        yield seconds / (len(own) + 1)
        self.syslog("systemd[1]", f"{unit}: Deactivated successfully.")
        self.syslog("systemd[1]", f"Finished {unit} - {what}.")
