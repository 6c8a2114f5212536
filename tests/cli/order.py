#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""The same evidence, twice and in other orders, makes the same facts; only the numbers of records and sources may differ."""
import gzip
import os
import random
import subprocess
import sys
import tempfile

LHX = os.environ['LHX_BINARY']
VIEWS = {
    'log': 'ts, ts_quality, host, facility, severity, program, pid, message, "offset", length',
    'logon': 'ts, host, user_name, outcome, reason, method, program, pid, source_ip, source_port, source_host, tty, key_fingerprint, count, kind',
    'source': 'container, format, sha256, bytes, lines, records, continued, skipped, blank, first_ts, last_ts, zone, zone_from, year_from, state',
    'anomaly': '"offset", length, kind, detail',
    'host': 'name, records, first_ts, last_ts, time_zone, os',
    'address': 'ip, kind, country_code',
    'finding': 'ts, until, host, name, severity, section, text, count, user_name, source',
}


def lines(r, n, host, day):
    for i in range(n):
        stamp = f'Mar {day:2d} {i * 20 // n:02d}:{i % 60:02d}:{r.randrange(60):02d} {host} '
        user, pid = r.choice(['root', 'admin', 'bob', 'eve']), r.randrange(900) + 100
        source = f'198.51.100.{r.randrange(30)} port {1024 + i}'
        yield stamp + f'sshd[{pid}]: ' + r.choice([
            f'Failed password for {user} from {source} ssh2', f'Accepted publickey for {user} from {source} ssh2: ED25519 SHA256:{pid}',
            f'Invalid user {user} from {source}', f'Connection closed by {source} [preauth]', f'pam_unix(sshd:session): session opened for user {user} by (uid=0)',
            f'Received disconnect from {source}:11: bye'])
        if i % 40 == 0:
            yield r.choice(['', ' continued', stamp + 'app: a b c', 'no record'])


def make_evidence(folder):
    r = random.Random(11)
    names = []
    for host in ('web-01', 'db-02'):
        for day in (1, 2, 3):
            text = '\n'.join(lines(r, 800, host, day)) + '\n'
            name = f'{folder}/{host}.log.{day}'
            if day == 1:
                name += '.gz'
                with gzip.GzipFile(name, 'wb', mtime=0) as f:
                    f.write(text.encode())
            else:
                with open(name, 'w') as f:
                    f.write(text)
            os.utime(name, (1772668800, 1772668800))  # 5 March 2026
            names.append(name)
    return names


def facts(case):
    found = {}
    for view, columns in VIEWS.items():
        done = subprocess.run([LHX, 'query', case, f'select {columns} from {view}', '--format', 'csv'], capture_output=True, check=True)
        rows = done.stdout.split(b'\r\n')
        found[view] = [rows[0]] + sorted(rows[1:])
    return found


def read(case, *runs):
    for names in runs:
        subprocess.run([LHX, 'ingest', *names, '--case', case], check=True, capture_output=True)
    return facts(case)


def main():
    failures = passed = 0
    with tempfile.TemporaryDirectory() as top:
        os.mkdir(f'{top}/evidence')
        names = make_evidence(f'{top}/evidence')
        want = read(f'{top}/first', names)
        others = {
            'again': read(f'{top}/again', names),
            'backwards': read(f'{top}/backwards', names[::-1]),
            'named twice': read(f'{top}/twice', names + names),
            'as a folder': read(f'{top}/folder', [f'{top}/evidence']),
        }
        # In parts, attempts are not joined across runs, and a year is told by other neighbours; what was read is the same.
        parts = read(f'{top}/parts', names[4:], names[:2], names[2:4])
        others['in parts'] = want | {view: parts[view] for view in ('log', 'anomaly', 'host', 'address')}
        for other, got in others.items():
            for view in VIEWS:
                if got[view] == want[view] and len(want[view]) > 2 - (view in ('anomaly', 'finding')):
                    passed += 1
                    continue
                failures += 1
                print(f'{other}: {view} differs:', *sorted(set(want[view]) ^ set(got[view]))[:6], sep='\n    ')
    print(f'{passed} passed, {failures} failed')
    return failures > 0


sys.exit(main())
