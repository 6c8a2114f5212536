#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""The whole of `lhx ingest` on a generated auth.log, beside `wc -l` and lnav in the same run: CPU seconds of the
process and its children, microseconds per line, peak memory.

    whole.py LHX GEN_AUTH [LINES [ROUNDS]]
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time


LNAV = {'index and count': ';select count(*) from syslog_log',
        'index and group': ';select count(*) as n, log_procname from syslog_log group by log_procname order by n desc limit 3'}


def run(command, **kw):
    """CPU seconds, wall seconds and peak MiB of one command."""
    begin = time.monotonic()
    pid = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kw)
    _, status, usage = os.wait4(pid.pid, 0)
    pid.returncode = os.waitstatus_to_exitcode(status)
    if pid.returncode != 0:
        sys.exit(f'{command[0]} ended with {pid.returncode}')
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024


def best(rounds, command, prepare=lambda: None, **kw):
    """The round with the least CPU: what disturbs a measurement only ever adds."""
    results = []
    for _ in range(rounds):
        prepare()
        results.append(run(command, **kw))
    return min(results)


def row(what, result, lines, wc):
    cpu, wall, memory = result
    print(f'| {what} | {cpu:.2f} | {wall:.2f} | {cpu / lines * 1e6:.3f} | {lines / cpu / 1e6:.2f} | {memory:.0f} | {cpu / wc:.0f} |')


def main(lhx, gen, lines=5000000, rounds=3):
    lines, rounds = int(lines), int(rounds)
    with tempfile.TemporaryDirectory(dir=os.environ.get('TMPDIR', '/tmp')) as top:
        log, case = f'{top}/auth.log', f'{top}/case.lhx'
        with open(log, 'wb') as f:
            subprocess.run([gen, str(lines)], stdout=f, check=True)
        print(f'{lines} lines, {os.path.getsize(log) / 1e6:.0f} MB, best of {rounds}\n')
        print('| command | CPU s | wall s | µs per line | M lines per CPU s | peak MiB | × `wc -l` |\n|---|---|---|---|---|---|---|')
        wc = best(rounds, ['wc', '-l', log])
        row('`wc -l`', wc, lines, wc[0])
        ingest = best(rounds, [lhx, 'ingest', log, '--case', case], lambda: shutil.rmtree(case, ignore_errors=True))
        row('`lhx ingest`', ingest, lines, wc[0])
        if shutil.which('lnav'):
            for what, sql in LNAV.items():
                lnav = best(1, ['lnav', '-n', '-N', '-c', sql, log], env={**os.environ, 'HOME': top})
                row(f'`lnav`, {what}', lnav, lines, wc[0])
                print(f'|   over `lhx ingest` | {lnav[0] / ingest[0]:.1f} × | | | | | |')


main(*sys.argv[1:])
