# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
#
# Flows of real logs against sums that a script of its own took of them: flows.py GOLDEN CORPUS
import json, os, re, subprocess, sys
from collections import Counter

golden, corpus = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ''
truth = os.path.join(corpus, 'ground-truth/dev/NETWORK_GROUND_TRUTH.json')
if not corpus or not os.path.exists(truth):
    print('skipped: no corpus with network facts')
    sys.exit(77)
checks = wrong = 0


def read(name):
    out = subprocess.run([golden, '--print', os.path.join(corpus, name)], capture_output=True).stdout.decode('utf-8', 'replace')
    lines = out.split('\n')
    flows = [dict(re.findall(r'(\w+)=(\S+)', line)) for line in lines if line.startswith('    flow')]
    return sum(line.startswith('record ') for line in lines), flows


def same(name, what, got, want):
    global checks, wrong
    checks += 1
    if got != want:
        wrong += 1
        print(f'{name}: {what}: {got}, wanted {want}')


def total(flows, *fields):
    return sum(int(flow.get(field, 0)) for flow in flows for field in fields)


facts = json.load(open(truth))
for want in facts['zeek_conn']:
    name = want['file']
    _, flows = read(name)
    same(name, 'rows', len(flows), want['rows'])
    same(name, 'bytes', total(flows, 'bytes'), want['sum_orig_bytes'])
    same(name, 'bytes back', total(flows, 'bytes_back'), want['sum_resp_bytes'])
    same(name, 'states', dict(Counter(flow['state'] for flow in flows)), want['conn_state'])
    same(name, 'sources', len({flow['src'] for flow in flows}), want['distinct_orig'])
    same(name, 'destinations', len({flow['dst'] for flow in flows}), want['distinct_resp'])
for want in facts['flows']:
    name = want['file']
    records, flows = read(name)
    if 'rows' in want:
        same(name, 'rows', records, want['rows'])
        continue
    counts = want['counts']
    same(name, 'tuples', len(flows), want['tuples'])
    same(name, 'rules', dict(Counter(flow['service'] for flow in flows)), want['rules'])
    same(name, 'packets', total(flows, 'packets', 'packets_back'), want['total_packets_both_ways'])
    same(name, 'bytes', total(flows, 'bytes', 'bytes_back'), want['total_bytes_both_ways'])
    same(name, 'inbound', sum(flow['direction'] == 'inbound' for flow in flows), counts.get('dir_I', 0))
    same(name, 'denied', sum(flow['decision'] == 'denied' for flow in flows), counts.get('decision_D', counts.get('state_D', 0)))
print(f'{checks} checks, {wrong} wrong')
sys.exit(wrong > 0 or not checks)
