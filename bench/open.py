#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""How soon `lhx open` on a log of a gigabyte answers: the page, then the first panel that holds something, then
the end of reading.

    open.py LHX GEN_AUTH [LINES]
"""
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time


class Page:
    def __init__(self, address):
        self.port, self.token = re.search(r':(\d+)/#t=([0-9a-f]+)', address).groups()
        self.cookie = None

    def ask(self, method, path, body=None):
        c = http.client.HTTPConnection('127.0.0.1', int(self.port), timeout=60)
        head = {'Sec-Fetch-Site': 'same-origin', 'X-LHX': '1', 'Content-Type': 'application/json'}
        if self.cookie:
            head['Cookie'] = self.cookie
        c.request(method, path, json.dumps(body) if body is not None else None, head)
        r = c.getresponse()
        if r.getheader('Set-Cookie'):
            self.cookie = r.getheader('Set-Cookie').split(';')[0]
        data = r.read()
        return json.loads(data) if data[:1] in (b'{', b'[') else data


def first_rows(page, notebook, cell):
    scope = {'hosts': None, 'from': None, 'to': None}
    while True:
        out = page.ask('POST', '/api/cell', {'notebook': notebook, 'cell': cell, 'scope': scope})
        if any(r for r in out.get('rows', []) if any(v not in (None, 0) for v in r)):
            return
        time.sleep(0.02)


def main(lhx, gen, lines=9000000):
    with tempfile.TemporaryDirectory(dir=os.environ.get('TMPDIR', '/tmp')) as top:
        with open(f'{top}/auth.log', 'wb') as f:
            subprocess.run([gen, str(lines)], stdout=f, check=True)
        print(f'{os.path.getsize(f"{top}/auth.log") / 1e9:.2f} GB')
        begin = time.monotonic()
        p = subprocess.Popen([lhx, 'open', f'{top}/auth.log', '--case', f'{top}/case.lhx', '--no-browser'],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        address = p.stdout.readline()
        page = Page(address)
        page.ask('GET', '/')
        print(f'page answers          {time.monotonic() - begin:.2f} s')
        page.ask('POST', '/api/login', {'token': page.token})
        first_rows(page, 'logons', 'figures')
        print(f'first panel (logons)  {time.monotonic() - begin:.2f} s')
        first_rows(page, 'overview', 'volume')
        print(f'volume of the records {time.monotonic() - begin:.2f} s')
        while page.ask('GET', '/api/case')['state'] == 'reading':
            time.sleep(0.05)
        print(f'all read and derived  {time.monotonic() - begin:.2f} s')
        p.send_signal(signal.SIGINT)
        p.wait(30)


main(*sys.argv[1:])
