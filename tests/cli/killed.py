#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""Killed at random moments and run again until done, a case holds what an undisturbed one holds."""
import gzip
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

LHX = os.environ['LHX_BINARY']
KILLS = int(os.environ.get('LHX_KILLS', '12'))
FACTS = ("select (select count(*) from log), (select sum(hash(ts, host, program, pid, message)::hugeint) from log), "
         "(select count(*) from logon), (select sum(hash(ts, host, user_name, outcome, source_ip, count)::hugeint) from logon), "
         "(select count(*) from source), (select count(*) from source where state <> 'read')")


def lines(n, seed):
    r = random.Random(seed)
    for i in range(n):
        stamp = f'2026-03-{1 + i * 20 // n:02d}T{i % 24:02d}:{i // 24 % 60:02d}:{i % 60:02d}.{i % 1000000:06d}+00:00'
        user = r.choice(['root', 'admin', 'bob', f'u{i % 997}'])
        yield (f'{stamp} web-01 sshd[{i // 2 + 100}]: Failed password for {user} from 192.0.2.{i % 250} port {1024 + i % 60000} ssh2\n'
               if i % 2 else f'{stamp} web-01 app[{i % 900}]: something happened {r.random()}\n')


def make_evidence(folder):
    for k in range(4):
        text = ''.join(lines(60000, k)).encode()
        with (open(f'{folder}/app.log.{k}', 'wb') if k % 2 else gzip.open(f'{folder}/app.log.{k}.gz', 'wb', 1)) as f:
            f.write(text)


def ingest(evidence, case):
    return subprocess.Popen([LHX, 'ingest', evidence, '--case', case], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(evidence, case):
    p = ingest(evidence, case)
    _, err = p.communicate()
    if p.returncode != 0:
        sys.exit(f'ingest ended with {p.returncode}: {err.decode()}')


def facts(case):
    return subprocess.run([LHX, 'query', case, FACTS, '--format', 'csv'], check=True, capture_output=True).stdout


def main():
    r = random.Random(20260301)
    with tempfile.TemporaryDirectory() as top:
        evidence = f'{top}/evidence'
        os.mkdir(evidence)
        make_evidence(evidence)
        begin = time.monotonic()
        finish(evidence, f'{top}/whole.lhx')
        takes = time.monotonic() - begin
        want = facts(f'{top}/whole.lhx')
        landed = 0
        for n in range(KILLS):
            p = ingest(evidence, f'{top}/killed.lhx')
            time.sleep(r.random() * takes)
            landed += p.poll() is None
            p.send_signal(signal.SIGKILL)
            p.communicate()
        finish(evidence, f'{top}/killed.lhx')
        got = facts(f'{top}/killed.lhx')
        good = got == want and landed > 0
        print(f'{landed} of {KILLS} kills landed; ' + ('the same facts' if got == want else f'want {want!r}\n got {got!r}'))
        print(f'{int(good)} passed, {int(not good)} failed')
        return 0 if good else 1


sys.exit(main())
