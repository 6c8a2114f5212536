#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""A damaged case never answers wrongly. Each file of a case is cut, blanked, exchanged, and has single bits turned over;
then every question is answered as before, or refused with words that say what to do."""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

LHX = os.environ['LHX_BINARY']
FLIPS = int(os.environ.get('LHX_FLIPS', '16'))  # of each file
WAYS_OUT = ('read the evidence again', 'run the same command again', 'give another folder')
QUESTIONS = [
    ['query', 'CASE', 'select (select count(*) from log), (select sum(hash(message)::hugeint) from log), '
                      '(select sum(hash(ts, user_name, source_ip, count)::hugeint) from logon)', '--format', 'csv'],
    ['search', 'CASE', 'root'],
]


def run(case, question):
    done = subprocess.run([LHX] + [case if word == 'CASE' else word for word in question], capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr.decode('utf-8', 'replace')


def make_case(top):
    r = random.Random(7)
    with open(f'{top}/auth.log', 'w') as f:
        for i in range(6000):
            f.write(f'Mar  4 {i // 3600 + 5:02d}:{i // 60 % 60:02d}:{i % 60:02d} web-01 sshd[{i}]: Failed password for '
                    f'{r.choice(["root", "bob", "eve"])} from 198.51.100.{r.randrange(250)} port {r.randrange(65000) + 1} ssh2\n')
    subprocess.run([LHX, 'ingest', f'{top}/auth.log', '--case', f'{top}/whole'], check=True, capture_output=True)


def flip(data, r):
    at = r.randrange(len(data))
    data[at] ^= 1 << r.randrange(8)
    return f'bit of byte {at}'


def cut(data, r):
    at = r.randrange(len(data))
    del data[at:]
    return f'cut at {at}'


def blank(data, r):
    at = r.randrange(len(data)) & ~4095
    data[at:at + 4096] = bytes(len(data[at:at + 4096]))
    return f'4096 zeros at {at}'


def exchange(data, r):
    pages = len(data) // 4096
    if pages < 3:
        return flip(data, r)
    a, b = (r.randrange(pages) * 4096 for _ in range(2))
    data[a:a + 4096], data[b:b + 4096] = data[b:b + 4096], data[a:a + 4096]
    return f'pages at {a} and {b}'


def empty(data, _):
    data.clear()
    return 'empty'


def check(case, what, wanted, failures):
    """How often it was answered and refused."""
    answered = refused = 0
    for question, want in zip(QUESTIONS, wanted):
        status, out, err = run(case, question)
        if status == 0 and out == want:
            answered += 1
        elif status == 3 and any(way in err for way in WAYS_OUT):
            refused += 1
        else:
            failures.append(f'{what}: {question[0]}: status {status}, {err.strip()[:300] or out[:80]!r}')
    return answered, refused


def main():
    r = random.Random(20260304)
    failures, sums = [], [0, 0]
    with tempfile.TemporaryDirectory() as top:
        make_case(top)
        wanted = [run(f'{top}/whole', question)[1] for question in QUESTIONS]
        for name in ('case.duckdb', 'text/00001.lz4'):
            good = pathlib.Path(f'{top}/whole/{name}').read_bytes()
            for way in [empty] + [flip, cut, blank, exchange] * (FLIPS // 4):
                case = f'{top}/damaged'
                shutil.rmtree(case, ignore_errors=True)
                shutil.copytree(f'{top}/whole', case)
                data = bytearray(good)
                what = f'{name}, {way(data, r)}'
                pathlib.Path(f'{case}/{name}').write_bytes(data)
                found = check(case, what, wanted, failures)
                sums = [a + b for a, b in zip(sums, found)]
        for name in ('text/00001.lz4', 'case.duckdb'):  # gone
            case = f'{top}/gone-{name[:4]}'
            shutil.copytree(f'{top}/whole', case)
            os.unlink(f'{case}/{name}')
            if name[0] == 't':
                found = check(case, f'{name} gone', wanted, failures)
                sums = [a + b for a, b in zip(sums, found)]
            elif run(case, QUESTIONS[0])[0] != 3:
                failures.append(f'{name} gone: answered')
        # What is derived is made again from the evidence; the notes of the analyst are their own.
        subprocess.run([LHX, 'ingest', f'{top}/auth.log', '--case', f'{top}/again'], check=True, capture_output=True)
        if [run(f'{top}/again', question)[1] for question in QUESTIONS] != wanted:
            failures.append('read again: other answers')
    print('\n'.join(failures[:20]))
    print(f'{sums[0]} answered as before, {sums[1]} refused')
    print(f'{sum(sums) + 1} passed, {len(failures)} failed')
    return bool(failures) or not all(sums)


sys.exit(main())
