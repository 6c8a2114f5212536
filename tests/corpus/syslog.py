#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""Checks the syslog reader against real logs whose fields other people wrote down.

usage: syslog.py CUT CORPUS     (CUT: the program of cut.c; CORPUS: folder of real logs, may be empty)

Every field that a corpus states must come out the same. Exit status 77 tells meson "skipped".
"""
import csv
import datetime
import glob
import json
import os
import re
import subprocess
import sys

SKIPPED = 77
wrong = []
checked = 0


def cut(raw: bytes) -> list:
    done = subprocess.run([sys.argv[1]], input=raw, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def check(where, name, want, got):
    global checked
    checked += 1
    if want != got:
        wrong.append(f"{where}: {name}: want {want!r}, got {got!r}")


def lines_of(path) -> list:
    raw = open(path, "rb").read()
    return raw.split(b"\n")[: raw.count(b"\n") + (not raw.endswith(b"\n"))]


def text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def clock(row) -> str:
    seconds, micro = divmod(row["of_day"], 1000000)
    tail = f".{micro:06d}" if micro else ""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{tail}"


def iso(row) -> str:
    stamp = f"{row['year']:04d}-{row['month']:02d}-{row['day']:02d}T{clock(row)}"
    if "zone" in row:
        stamp += f"{'-' if row['zone'] < 0 else '+'}{abs(row['zone']) // 60:02d}:{abs(row['zone']) % 60:02d}"
    return stamp


def loghub(root):
    """Two columns of each log are named after what they were taken for; Level is the host."""
    kinds = {"Linux": ("Level", "PID", "Component"), "OpenSSH": ("Component", "Pid", None)}
    for name, (host, pid, program) in kinds.items():
        path = f"{root}/loghub/{name}/{name}_2k.log"
        if not os.path.exists(path):
            continue
        rows = cut(open(path, "rb").read())
        wants = list(csv.DictReader(open(path + "_structured.csv", encoding="utf-8", newline="")))
        check(path, "lines", len(wants), len(rows))
        for i, (want, row) in enumerate(zip(wants, rows), 1):
            where = f"{path}:{i}"
            check(where, "kind", "record", row["kind"])
            check(where, "host", want[host], row.get("host"))
            check(where, "program", want[program] if program else "sshd", row.get("program"))
            check(where, "pid", int(want[pid]) if want[pid] else None, row.get("pid"))
            check(where, "message", want["Content"].strip(), row.get("message", "").strip())


def rsyslog(root):
    for path in glob.glob(f"{root}/rsyslog/parser_tests*.json"):
        for test in json.load(open(path, encoding="utf-8"))["tests"]:
            fields = re.findall(r"%([a-z-]+)%", test["template"], re.I)
            if not test.get("aligned") or test.get("parser_opts"):
                continue
            rows = cut("".join(line + "\n" for line in test["inputs"]).encode())
            for i, (line, want, row) in enumerate(zip(test["inputs"], test["expected"], rows), 1):
                compare_rsyslog(f"{test['test']}:{i}", line, fields, want, row)


def compare_rsyslog(where, line, fields, want, row):
    # The tag may hold commas, so cut from both ends.
    fixed = ["PRI", "syslogfacility-text", "syslogseverity-text", "timestamp", "hostname"]
    if fields[:5] != fixed or fields[5:] != ["programname", "syslogtag", "msg"]:
        return
    pri, facility, severity, stamp, host, rest = want.split(",", 5)
    given = line.startswith("<")
    check(where, "facility", facility if given else None, row["facility"])
    check(where, "severity", severity if given else None, row["severity"])
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    check(where, "time", stamp, f"{months[row['month'] - 1]} {row['day']:2d} {clock(row)[:8]}")
    check(where, "host", None if host.startswith("$") else host, row["host"])
    program, message = row["program"] or "", row["message"]
    check(where, "program and message", True, rest.startswith(program + ",") and rest.endswith(message))
    check(where, "message", rest[len(rest) - len(message):], message)
    tag = rest[len(program) + 1: len(rest) - len(message)]
    shape = re.escape(program) + (r"\[%d\]" % row["pid"] if "pid" in row else "") + ":?, *"
    check(where, "tag", True, bool(re.fullmatch(shape, tag)))


def plaso(root):
    for path in glob.glob(f"{root}/plaso/expected/syslog*.json"):
        for test in json.load(open(path, encoding="utf-8"))["tests"]:
            raw = open(f"{root}/plaso/{test['file']}", "rb").read()
            rows = [row for row in cut(raw) if row["kind"] == "record"]
            where = f"{test['file']}"
            check(where, "records", test["counts"]["event_data"], len(rows))
            for event in test["events"]:
                compare_plaso(f"{where}#{event['index']}", event["values"], rows[event["index"]])


def compare_plaso(where, want, row):
    names = {"hostname": "host", "pid": "pid", "reporter": "program", "message_body": "message"}
    for key, name in names.items():
        if want.get(key) is not None:
            check(where, name, want[key], row.get(name))
    if want.get("severity"):
        check(where, "severity", want["severity"].lower(), row["severity"])
    stamp = want["last_written_time"]
    row = dict(row)
    got = iso(row)
    if row["year"] == 0:
        got, stamp = got[5:], stamp[5:]
    if "." not in stamp:  # plaso drops the fraction of a BSD stamp
        got = got.partition(".")[0]
    check(where, "time", stamp, got)


SYSLOG_STAMP = re.compile(
    rb"(<\d+>)?((Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?[A-Z][a-z]{2} [ \d]?\d |\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d,\d+ \S+ \S+\[")


def fail2ban(root):
    """The year of stamps without one is assumed by fail2ban's tests, so only the rest is compared."""
    for path in sorted(glob.glob(f"{root}/fail2ban/expected/*.jsonl")):
        log = f"{root}/fail2ban/logs/{os.path.basename(path)[:-6]}"
        lines = lines_of(log)
        rows = cut(b"".join(line + b"\n" for line in lines))
        for want in map(json.loads, open(path, encoding="utf-8")):
            line, row = lines[want["line"] - 1], rows[want["line"] - 1]
            stamp = (want.get("fail") or {}).get("time")
            if not stamp or not SYSLOG_STAMP.match(line):
                continue
            where = f"{log}:{want['line']}"
            check(where, "kind", "record", row["kind"])
            if row["kind"] != "record":
                continue
            when = datetime.datetime.fromisoformat(stamp)
            check(where, "time", when.strftime("%m-%d %H:%M:%S"),
                  f"{row['month']:02d}-{row['day']:02d} {clock(row)[:8]}")
            if row["year"]:
                check(where, "year", when.year, row["year"])


def main():
    root = sys.argv[2] if len(sys.argv) > 2 else ""
    if not root or not os.path.isdir(root):
        print("no corpus: configure with -Dcorpus=FOLDER")
        return SKIPPED
    for part in (loghub, rsyslog, plaso, fail2ban):
        before, bad = checked, len(wrong)
        part(root)
        print(f"{part.__name__}: {checked - before} fields checked, {len(wrong) - bad} wrong")
    for line in wrong[:50]:
        print(line)
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
