#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""Disks of many sizes, each too small at another moment. The words say so; and with room again the same command makes the
case that would have been made at once: nothing lost, nothing twice."""
import os
import random
import shutil
import subprocess
import sys
import tempfile

LHX = os.environ['LHX_BINARY']
SIZES = [700, 5000, 9000, 11500, 12000, 12500]  # KiB; the whole case has some 14,000
FACTS = ("select (select count(*) from log), (select count(message) from log), (select count(*) from logon), "
         "(select sum(hash(ts, user_name, source_ip, count)::hugeint) from logon), (select count(*) from source where state <> 'read')")
SKIP = 77


def make_evidence(path):
    r = random.Random(3)
    with open(path, 'w') as f:
        for i in range(150000):
            f.write(f'Mar  {1 + i // 20000} {i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d} h{r.randrange(9)} sshd[{r.randrange(99999)}]: '
                    f'Failed password for u{r.randrange(10**6)} from {r.randrange(1, 223)}.{r.randrange(255)}.{r.randrange(255)}.{r.randrange(255)} '
                    f'port {r.randrange(65000) + 1} ssh2\n')


def lhx(*words):
    return subprocess.run([LHX, *words], capture_output=True, timeout=120, text=True)


def facts(case):
    return lhx('query', case, FACTS, '--format', 'csv').stdout


def try_size(size, disk, evidence, want):
    """In a mount namespace of our own."""
    subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}k', 'tmpfs', disk], check=True)
    try:
        case = f'{disk}/case'
        first = lhx('ingest', evidence, '--case', case)
        if first.returncode != 3 or 'pace' not in first.stderr or 'run the same command again' not in first.stderr:
            return f'first: status {first.returncode}: {first.stderr}'
        asked = lhx('query', case, 'select count(*) from log')
        if asked.returncode not in (0, 3) or asked.returncode == 3 and 'again' not in asked.stderr:
            return f'question between: status {asked.returncode}: {asked.stderr}'
        subprocess.run(['mount', '-o', 'remount,size=256m', disk], check=True)
        again = lhx('ingest', evidence, '--case', case)
        got = facts(case)
        return '' if again.returncode == 0 and got == want else f'again: status {again.returncode}: {again.stderr}\n want {want}\n got {got}'
    finally:
        subprocess.run(['umount', disk], check=False)


def main():
    if 'LHX_NAMESPACE' not in os.environ:
        if not shutil.which('unshare') or subprocess.run(['unshare', '-m', 'true'], capture_output=True).returncode != 0:
            print('needs root: 1 skipped')
            return SKIP
        return subprocess.run(['unshare', '-m', sys.executable, __file__], env=os.environ | {'LHX_NAMESPACE': '1'}).returncode
    failed = 0
    with tempfile.TemporaryDirectory() as top:
        evidence = f'{top}/auth.log'
        make_evidence(evidence)
        os.mkdir(f'{top}/disk')
        lhx('ingest', evidence, '--case', f'{top}/whole')
        want = facts(f'{top}/whole')
        for size in SIZES:
            trouble = try_size(size, f'{top}/disk', evidence, want)
            failed += bool(trouble)
            if trouble:
                print(f'{size} KiB: {trouble}')
    print(f'{len(SIZES) - failed} passed, {failed} failed')
    return failed > 0


sys.exit(main())
