# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""The page's side of a conversation with `lhx open` and `lhx serve`, for the measurements."""
import http.client
import json
import re
import signal
import subprocess


class Page:
    def __init__(self, command):
        self.process = subprocess.Popen([*command, '--no-browser'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.port, self.token = re.search(r':(\d+)/#t=([0-9a-f]+)', self.process.stdout.readline()).groups()
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

    def login(self):
        self.ask('POST', '/api/login', {'token': self.token})

    def cell(self, notebook, cell, hosts=None, params=None):
        scope = {'hosts': hosts, 'from': None, 'to': None, 'params': params or {}}
        return self.ask('POST', '/api/cell', {'notebook': notebook, 'cell': cell, 'scope': scope})

    def close(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
