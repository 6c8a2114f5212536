#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""What leaves the program: names that speak to a terminal, a spreadsheet, a script or the eye, as user, host, program, file
name and operand, through every command and every format."""
import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile

LHX = os.environ['LHX_BINARY']
TERMINAL = ['\x1b[31mred', '\x1b]0;title\x07', '\x1b]52;c;Y2F0\x07', '\x1b]8;;http://x\x1b\\here', '\x1bP+q\x1b\\', '\x1b_G\x1b\\',
            'over\rwrite', 'back\b\b', 'bell\x07', 'del\x7f', '\x9b31m', 'c1\x85line', '\x0bvt', '\x0cff', 'so\x0e', '%s%n%1000000d']
HIDDEN = [f'a{chr(c)}b' for c in (0xa0, 0xad, 0x34f, 0x61c, 0x115f, 0x180e, 0x2003, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029,
                                  0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x202f, 0x2060, 0x2064, 0x2066, 0x2067, 0x2068, 0x2069, 0x206f,
                                  0x2800, 0x3164, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0x1d173, 0xe0001, 0xe0041)]
SHEET = ['=1+1', '+1+1', '-1+1', '@SUM(1)', '=cmd|\'/c calc\'!A1', '\uff1d1+1', '\uff0b1', '\uff0d1+1', '\uff20x', '  =1+1', '\t=1', 'a;=1+1',
         'a\t=1+1', '"=1+1', '-5', '+1e3', 'a,b', 'a"b', "'=1"]
SCRIPT = ['</script><script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<?php x ?>', '<!--', ']]>', '**bold** [link](http://x)', '&lt;',
          '\\u202e', '{"a":1}', "'; drop table log; --", '$source', '{{7*7}}']
NAMES = TERMINAL + HIDDEN + SHEET + SCRIPT
BROKEN = [b'\xff\xfe', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\xc0\xaf', b'a\x80b', b'\xe2\x80', b'nul\x00nul']
RAW = re.compile('[\x00-\x08\x0b-\x1f\x7f-\xa0' + ''.join(name[1] for name in HIDDEN) + ']')
failures, passed = [], 0


def expect(good, what):
    global passed
    passed += bool(good)
    if not good:
        failures.append(what)


def run(*words):
    done = subprocess.run([LHX, *words], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    if done.returncode < 0 or b'Sanitizer' in done.stderr or b'runtime error' in done.stderr:
        failures.append(f'{words[0]} ended with {done.returncode}: {done.stderr[-400:]!r}')
    return done


def text_of(stream, what):
    """Printable text, whatever stands in the evidence."""
    try:
        text = stream.decode('utf-8')
    except UnicodeDecodeError as e:
        return expect(False, f'{what}: {e}')
    found = RAW.search(text.replace('\r\n', '\n'))
    expect(not found, f'{what}: {found and text[max(0, found.start() - 20):found.end() + 20]!r}')
    return text


def make_evidence(top):
    os.mkdir(f'{top}/evidence')
    lines = []
    for i, name in enumerate(NAMES):
        at = f'Mar  4 05:{i // 60:02d}:{i % 60:02d}'
        for kind in ('Failed password for', 'Accepted password for'):
            lines.append(f'{at} web-01 sshd[{i}]: {kind} {name} from 203.0.113.{i} port 4711 ssh2'.encode())
        lines.append(f'{at} web-01 {re.sub("[ :]", "_", name)}: a message of {name}'.encode())
        lines.append(f'{at} {re.sub("[ ]", "_", name)} app: a host'.encode())
    for name in BROKEN:
        lines.append(b'Mar  4 05:06:07 web-01 sshd[1]: Failed password for ' + name + b' from 203.0.113.1 port 4711 ssh2')
    with open(f'{top}/evidence/auth.log', 'wb') as f:
        f.write(b'\n'.join(line.replace(b'\n', b' ') for line in lines) + b'\n')
    for i, name in enumerate(TERMINAL + HIDDEN + SHEET + ['new\nline', 'x' * 240 + '.log'] + SCRIPT):
        with open(f'{top}/evidence/{name.replace("/", "_")}'.encode(), 'w') as f:
            f.write(f'Mar  4 06:00:00 web-02 app[{i}]: from a file\n')
    with open(f'{top}/evidence/'.encode() + b'\xff\xfe', 'w') as f:
        f.write('no log at all\n')


def check_query(case):
    asked = 'select g.user_name, l.host, l.program, l.message from log l left join logon g using (record_id) order by record_id'
    rows = json.loads(text_of(run('query', case, asked, '--format', 'json').stdout, 'json'))
    jsonl = [json.loads(row) for row in text_of(run('query', case, asked, '--format', 'jsonl').stdout, 'jsonl').split('\n') if row]
    expect(rows == jsonl, 'json and jsonl differ')
    users = {row['user_name'] for row in rows}
    for name in NAMES:
        expect(name in users or name.strip() in users or name in '\n'.join(row['message'] or '' for row in rows),
               f'json: {name!r} is not in the answer')
    text_of(run('query', case, asked, '--format', 'table').stdout, 'table')
    cells = [cell for row in csv.reader(io.StringIO(text_of(run('query', case, asked, '--format', 'csv').stdout, 'csv'), newline=''))
             for cell in row]
    expect(len(cells) == 4 * (len(rows) + 1), f'csv: {len(cells)} cells of {len(rows)} rows')
    for cell in cells:
        bare = cell.lstrip(' ')
        expect(not re.match('[=+@\t\r\n-]|\uff1d|\uff0b|\uff0d|\uff20', bare) or re.fullmatch(r'[-+]?[0-9.]+(e[0-9]+)?', bare),
               f'csv: {cell!r} is a formula')
    bare = run('query', case, asked, '--format', 'csv', '--raw', '--csv-raw').stdout.decode('utf-8')
    back = [row[0] for row in csv.reader(io.StringIO(bare, newline=''))][1:]
    expect([row['user_name'] or '' for row in rows] == back, 'csv: does not come back as it was')
    header = run('query', case, 'select 1 as "=1+1"', '--format', 'csv').stdout.decode()
    expect(header.startswith("'=1+1"), f'csv header: {header!r}')


def check_commands(case, top):
    for words in (['info', case], ['info', case, '--format', 'csv'], ['info', case, '--format', 'jsonl'], ['search', case, 'from'],
                  ['search', case, 'from', '--format', 'jsonl'], ['run', 'overview', case], ['run', 'logons', case],
                  ['run', 'logons', case, '--format', 'json'], ['run', 'overview', case, '--format', 'json'],
                  ['run', 'search', case], ['run', 'blank', case], ['run', 'logons', case, '--rows', '0'],
                  ['ingest', f'{top}/evidence', '--case', case]):
        done = run(*words)
        what = ' '.join(words[:1] + words[2:]) if words[0] != 'run' else ' '.join(words[:2] + words[3:])
        out = text_of(done.stdout, what)
        text_of(done.stderr, what + ', errors')
        if 'json' in words[-1]:
            for row in out.splitlines() if words[-1] == 'jsonl' else [out]:
                json.loads(row)
    for notebook in ('overview', 'logons'):
        page = text_of(run('run', notebook, case, '--format', 'html').stdout, f'{notebook} as a page')
        expect(not re.search('<(script|img|!--|\\?php|a |iframe)|onerror=alert\\(1\\)[^&]*>', page), f'{notebook} as a page: live')
        body = page[page.index('</style>'):]
        for bold in re.findall('<b>(.*?)</b>', body):
            expect('bold' not in bold or '\u2217' in bold, f'{notebook} as a page: bold by a name: {bold}')
    for i, name in enumerate(NAMES):  # each in two places, all places with each kind of name
        places = (['info', name], ['query', case, name], ['query', case, f"select {json.dumps(name)}"], ['search', case, name, '--regex'],
                      ['run', name, case], ['run', 'logons', case, '--from', name], ['ingest', f'/nowhere/{name}', '--case', f'{top}/n'],
                      [name], ['query', case, '--' + name], ['query', case, 'select 1', '--format', name])
        for words in (places[i % len(places)], places[(i + 3) % len(places)]):
            done = run(*words)
            text_of(done.stderr, f'{words}: errors')
            text_of(done.stdout, f'{words}: answer')
    for name in NAMES[:4]:  # a value in the words of the engine
        quoted = name.replace("'", "''")
        text_of(run('query', case, f"select '{quoted}'::integer").stderr, 'conversion error')
    for sign in ('checksum', 'No space left on device', 'Out of Memory'):
        err = run('query', case, f"select '{sign}'::integer").stderr.decode()
        expect(sign in err and 'Could not convert' in err, f'a value passes for an error of the case: {err!r}')


def main():
    with tempfile.TemporaryDirectory() as top:
        make_evidence(top)
        case = f'{top}/case'
        done = run('ingest', f'{top}/evidence', '--case', case)
        text_of(done.stderr, 'ingest')
        check_query(case)
        check_commands(case, top)
    print('\n'.join(failures[:40]))
    print(f'{passed} passed, {len(failures)} failed')
    return bool(failures)


sys.exit(main())
