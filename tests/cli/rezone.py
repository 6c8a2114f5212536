#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""Times moved to another zone after reading are those of reading in that zone: over changes of the clocks, there and back."""
import os
import subprocess
import tempfile

LHX = os.environ['LHX_BINARY']
ZONES = ['Europe/Berlin', 'America/New_York', '+05:30', 'Australia/Lord_Howe', 'UTC']
ASK = ['select ts, ts_quality, program, message from log order by record_id', 'select ts, user_name, source_ip from logon order by record_id',
       'select first_ts, last_ts, zone from source order by path', 'select name, first_ts, last_ts from host']


def evidence(path):
    with open(path, 'w', encoding='utf-8') as f:
        for month in range(1, 13):
            for day in range(1, 29):
                f.write(f'2025-{month:02d}-{day:02d} 12:30:07 web-01 sshd[812]: Accepted password for root from 203.0.113.5 port 4711 ssh2\n')
        f.write('2025-12-30T23:30:00Z web-01 sshd[9]: Accepted password for eve from 203.0.113.6 port 4712 ssh2\n')


def lhx(*args):
    return subprocess.run([LHX, *args], capture_output=True, text=True, check=True).stdout


def answers(case):
    return [lhx('query', case, sql, '--format', 'csv') for sql in ASK]


passed = failed = 0
with tempfile.TemporaryDirectory() as folder:
    log, case = f'{folder}/auth.log', f'{folder}/moved.lhx'
    evidence(log)
    lhx('ingest', log, '--case', case, '--tz', 'UTC', '--progress', 'none')
    for i, zone in enumerate(ZONES):
        lhx('ingest', '--case', case, '--tz', f'auth.log={zone}', '--progress', 'none')
        lhx('ingest', log, '--case', f'{folder}/{i}.lhx', '--tz', zone, '--progress', 'none')
        moved, fresh = answers(case), answers(f'{folder}/{i}.lhx')
        same = moved == fresh
        passed += same
        failed += not same
        if not same:
            print('not ok', zone, *[f'\n{a[:600]}\n---\n{b[:600]}' for a, b in zip(moved, fresh) if a != b])
print(f'{passed} passed, {failed} failed')
raise SystemExit(failed != 0)
