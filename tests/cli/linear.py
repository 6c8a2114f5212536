#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""Lines made to be looked at again and again. The same number of bytes in lines thirty times as long must cost the same:
what grows with the square of a line would cost thirty times as much."""
import os
import resource
import subprocess
import sys
import tempfile

LHX = os.environ['LHX_BINARY']
BYTES = 4 << 20
SHORT, LONG = 32 << 10, 1000 << 10
MOST, NOISE = 2.2, 0.12  # ratio; seconds under which there is nothing to compare
HEAD = 'Mar  4 05:06:07 web-01 '
SSHD = HEAD + 'sshd[1]: '
PAM = SSHD + 'pam_unix(sshd:auth): '
V1 = '<34>1 2026-03-04T05:06:07Z h p 1 - '
KINDS = [(SSHD, s) for s in (' from ', ' port ', 'root from 1.2.3.4 port 22 ssh2 ', 'Failed password for ', '(', ': ', '[', '::', 'for user ', 'Invalid user ',
                             'message repeated 2 times: [ ', 'Disconnected from user ', 'a', '#011', '\u202e', '"')] + \
        [(PAM, s) for s in ('rhost=', 'user=', 'authentication failure; ', 'uid=', 'by ', '=', ' ')] + \
        [(HEAD + p + '[1]: ', s) for p in ('su', 'login', 'vsftpd', 'proftpd', 'dropbear', 'gdm-password]') for s in ('(', "'", ' from ')] + \
        [(HEAD, s) for s in ('[', ']', ':', ' ')] + [(V1, s) for s in ('[a@1 b="c"]', '[', '="\\"')]


def seconds(folder, head, atom, length):
    body = head + atom * (length // len(atom))
    with open(f'{folder}/a.log', 'w') as f:
        f.write((SSHD + 'hello\n') * 20 + (body[:length] + '\n') * (BYTES // length))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([LHX, 'ingest', f'{folder}/a.log', '--case', f'{folder}/{len(os.listdir(folder))}'], capture_output=True, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f'{head}{atom}…: status {done.returncode}: {done.stderr.decode()}')
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for head, atom in KINDS:
            short = max(NOISE, seconds(folder, head, atom, SHORT))
            ratio = seconds(folder, head, atom, LONG) / short
            if ratio > MOST:  # once more: the machine may have been busy
                ratio = min(ratio, seconds(folder, head, atom, LONG) / short)
            failed += ratio > MOST
            if ratio > MOST:
                print(f'{head}{atom}{atom}…: {ratio:.1f} times')
    print(f'{len(KINDS) - failed} passed, {failed} failed')
    return failed > 0


sys.exit(main())
