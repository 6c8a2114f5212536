#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""How soon `lhx open` on a log of a gigabyte answers: the page, then the first panel that holds something, then
the end of reading.

    open.py LHX GEN_AUTH [LINES]
"""
import os
import subprocess
import sys
import tempfile
import time

from page import Page


def first_rows(page, notebook, cell):
    while not any(any(v not in (None, 0) for v in row) for row in page.cell(notebook, cell).get('rows', [])):
        time.sleep(0.02)


def main(lhx, gen, lines=9000000):
    with tempfile.TemporaryDirectory(dir=os.environ.get('TMPDIR', '/tmp')) as top:
        with open(f'{top}/auth.log', 'wb') as f:
            subprocess.run([gen, str(lines)], stdout=f, check=True)
        print(f'{os.path.getsize(f"{top}/auth.log") / 1e9:.2f} GB')
        begin = time.monotonic()
        page = Page([lhx, 'open', f'{top}/auth.log', '--case', f'{top}/case.lhx'])
        page.ask('GET', '/')
        print(f'page answers          {time.monotonic() - begin:.2f} s')
        page.login()
        first_rows(page, 'logons', 'figures')
        print(f'first panel (logons)  {time.monotonic() - begin:.2f} s')
        first_rows(page, 'overview', 'volume')
        print(f'volume of the records {time.monotonic() - begin:.2f} s')
        while page.ask('GET', '/api/case')['state'] == 'reading':
            time.sleep(0.05)
        print(f'all read and derived  {time.monotonic() - begin:.2f} s')
        page.close()


main(*sys.argv[1:])
