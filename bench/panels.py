#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""Every panel of the built-in notebooks over ten million records, warm, in milliseconds as the server tells them: for
all hosts, for one host, and for one account. The best of five.

    panels.py LHX GEN_AUTH [LINES]
"""
import os
import subprocess
import sys
import tempfile

from page import Page


def best(page, notebook, cell, hosts, params):
    return min(page.cell(notebook, cell, hosts, params)['milliseconds'] for _ in range(5))


def main(lhx, gen, lines=10000000):
    with tempfile.TemporaryDirectory(dir=os.environ.get('TMPDIR', '/tmp')) as top:
        with open(f'{top}/auth.log', 'wb') as f:
            subprocess.run([gen, str(lines), '--hosts', '8'], stdout=f, check=True)
        subprocess.run([lhx, 'ingest', f'{top}/auth.log', '--case', f'{top}/case.lhx'], check=True, stderr=subprocess.DEVNULL)
        os.unlink(f'{top}/auth.log')
        page = Page([lhx, 'serve', f'{top}/case.lhx'])
        page.login()
        host = page.ask('GET', '/api/case')['hosts'][0]['name']
        print('| panel | all hosts | one host | one account |\n|---|---|---|---|')
        for notebook in ('overview', 'logons'):
            for block in page.ask('GET', f'/api/notebooks/{notebook}')['blocks']:
                if block['kind'] == 'cell':
                    one = {'user_name': 'root'} if notebook == 'logons' else {}
                    times = [best(page, notebook, block['id'], *scope) for scope in ((None, {}), ([host], {}), (None, one))]
                    print(f'| {notebook} {block["id"]} | ' + ' | '.join(f'{t:.0f}' for t in times) + ' |', flush=True)
        page.close()


main(*sys.argv[1:])
