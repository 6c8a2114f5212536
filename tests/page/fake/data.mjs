// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Invented answers for the stand-in server, the same on every run.

const FROM = Date.UTC(2026, 5, 2)
const TO = Date.UTC(2026, 5, 26, 23, 59)
const time = (ms) => new Date(ms).toISOString().replace('Z', '123Z')

let seed = 7
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647

const USERS = ['root', 'deploy-ci', 'admin', 'ubuntu', 'ubnt', 'release', 'pi', 'test', 'oracle', 'postgres', 'git', '<img src=x onerror=alert(1)>']
const IPS = ['198.51.100.17', '192.0.2.105', '192.0.2.175', '203.0.113.41', '2001:db8::17', '192.0.2.35']
const events = Array.from({ length: 12_000 }, () => {
  const burst = random() < 0.5
  const ms = burst ? Date.UTC(2026, 5, 11, 14) + random() * 7.2e6 : FROM + random() * (TO - FROM)
  return { ms, outcome: !burst && random() < 0.06 ? 'success' : random() < 0.02 ? 'unknown' : 'failure', user: USERS[Math.floor(random() ** 2 * USERS.length)], ip: IPS[Math.floor(random() ** 2 * IPS.length)] }
}).sort((a, b) => a.ms - b.ms)

const columns = (text) => text.split(' ').map((c) => ({ name: c.split(':')[0], type: c.split(':')[1] ?? 'text' }))
const result = (text, rows, more = {}) => ({ columns: columns(text), rows, total: rows.length, truncated: false, milliseconds: 4, ...more })

export const theCase = {
  name: 'web-01', version: '0.1.0', revision: 3, from: time(FROM), to: time(TO), zone: 'Europe/Berlin',
  hosts: [{ name: 'web-01', records: 41_906, first: time(FROM), last: time(TO) }, { name: 'web-011', records: 12, first: time(FROM), last: time(TO) }, { name: null, records: 3, first: null, last: null }],
  notebooks: [
    { name: 'overview', title: 'Overview', hypothesis: null, origin: 'built-in', count: null, worst: null },
    { name: 'logons', title: 'Logons', hypothesis: 'An attacker used valid credentials to log on to this host.', origin: 'built-in', count: 12_000, worst: 'high' },
    { name: 'search', title: 'Search', hypothesis: null, origin: 'built-in', count: null, worst: null },
    { name: 'blank', title: 'Blank notebook', hypothesis: null, origin: 'built-in', count: null, worst: null },
    { name: 'ssh-keys', title: 'SSH keys', hypothesis: null, origin: 'case', count: 4, worst: 'medium' },
  ],
  attributions: ['Country data: IP to country, CC BY 4.0'],
}

const cell = (id, view, title, width = 'full', options = {}, note = null) => ({
  kind: 'cell', id, view, title, note, width, options, empty: 'No logon events in this time range.', sql: `--| id: ${id}\n--| view: ${view}\nselect ts, outcome, user_name from logon\nwhere host = $host and ts between $from and $to`,
})
const TEXT = '---\ntitle: SSH keys\n---\n\n# Keys\n\nWhich keys logged on, and `where`. <script>x</script> [logons](#/logons) [out](https://example.org)\n\n```sql\n--| id: keys\nselect 1\n```\n'
export const books = new Map([['ssh-keys', TEXT]])
const BLOCKS = {
  overview: [
    cell('volume', 'series', 'Volume'),
    cell('facts', 'stat', 'This host'),
    cell('found', 'findings', 'What stands out', 'full', {}, '3 of 2,031 logons and 1,412 failures'),
    cell('severities', 'series', 'Records over time', 'two-thirds', { series: 'severity' }),
    cell('programs', 'share', 'Programs', 'third'),
    cell('host', 'record', 'Host', 'half'),
    cell('sources', 'table', 'Sources', 'half'),
    cell('none', 'table', 'Gaps', 'half'),
    cell('broken', 'table', 'Broken', 'half'),
  ],
  logons: [
    cell('found', 'findings', 'What stands out', 'full', {}, '3 of 2,031 logons and 1,412 failures'),
    cell('pick', 'select', 'Account', 'full', { param: 'user_name' }),
    cell('attempts', 'timeline', 'Attempts over time', 'full', { lane: 'outcome', tooltip: ['user_name', 'source_ip'] }, '2,031 successes · 1,412 failures'),
    cell('accounts', 'bars', 'By account', 'third', { label: 'user_name', bad: 'failed', good: 'succeeded' }, 'failed · succeeded'),
    cell('source', 'table', 'By source', 'third', { mono: ['address'], bar: ['failed', 'in'], tag: 'why' }, '105 addresses'),
    cell('when', 'heatmap', 'When', 'third', {}, 'failures by hour, host time'),
    cell('where', 'map', 'Where from', 'two-thirds', {}, 'by country, placed at its centre'),
    cell('how', 'table', 'How', 'third', {}, 'method and program'),
    cell('all', 'table', 'Every attempt', 'full', {}, 'newest last'),
  ],
}

export function book(name) {
  const entry = theCase.notebooks.find((n) => n.name === name)
  if (!entry && !books.has(name)) throw Object.assign(new Error(`No notebook is called “${name}”.`), { status: 404, hint: 'The sections at the left are all there are.' })
  return { name, title: entry?.title ?? name, hypothesis: entry?.hypothesis ?? null, text: books.get(name) ?? TEXT, blocks: BLOCKS[name] ?? [{ kind: 'text', markdown: TEXT.split('---\n')[2] }] }
}

function timed({ window, scope }, laneColumn) {
  const from = Date.parse(window?.from ?? scope.from ?? theCase.from)
  const to = Date.parse(window?.to ?? scope.to ?? theCase.to)
  const inside = events.filter((e) => e.ms >= from && e.ms <= to)
  if (inside.length <= 2000) return result(`ts:time ${laneColumn} user_name source_ip record_id:integer`, inside.map((e) => [time(e.ms), e.outcome, e.user, e.ip, events.indexOf(e)]))
  const bins = window?.bins ?? 200
  const seconds = Math.ceil((to - from) / 1000 / bins)
  const counts = new Map()
  for (const e of inside) {
    const key = `${Math.floor(e.ms / 1000 / seconds)} ${e.outcome}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const rows = [...counts].map(([key, n]) => [time(Number(key.split(' ')[0]) * seconds * 1000), key.split(' ')[1], n])
  return result('ts:time lane count:integer', rows, { binned: { seconds }, marks: [{ ts: time(Date.UTC(2026, 5, 11, 16, 1)), label: 'Brute force, then logon' }] })
}

const FOUND = result('severity text count:integer link_label link record_id:integer', [
  ['high', '**deploy-ci** logged on from **198.51.100.17** at 11 Jun 16:01:09 after **212 failures** in 47 minutes, by password.', 212, 'Attempts', '#/logons?source_ip=198.51.100.17', 12],
  ['medium', '**192.0.2.105** tried **63 names** in 19 minutes, none got in (spray).', 120, '120 attempts', '#/search?q=192.0.2.105', null],
  ['note', 'No success for **root**: 611 failures from 61 addresses; root logons are closed in sshd_config.', 611, 'Lines', '#/search?q=root', null],
])

const CELLS = {
  volume: (r) => timed(r, 'lane'),
  attempts: (r) => timed(r, 'outcome'),
  severities: (r) => timed(r, 'severity'),
  facts: () => result('records:integer sources:integer first_record:time last_record:time operating_system failed_logons:integer', [[41_906, 12, time(FROM), time(TO), 'Debian GNU/Linux 12 (bookworm)', 1_412]]),
  found: () => FOUND,
  pick: () => result('user_name count:integer', USERS.map((u, i) => [u, 600 - i * 40])),
  programs: () => result('program records:integer', [['sshd', 20_114], ['cron', 9_101], ['nginx', 8_222], ['sudo', 186], ['systemd', 99], [null, 12], ['su', 2]]),
  host: () => result('name os kernel machine_id time_zone role', [['web-01', 'Debian GNU/Linux 12', '6.1.0-21-amd64', '9f3c0f7e', 'Europe/Berlin', null]]),
  sources: () => result('path format records:integer sha256', Array.from({ length: 12 }, (_, i) => [`/evidence/var/log/auth.log.${i}.gz`, 'syslog', 4000 + i * 31, '9b74c9897bac770ffc029102a200c5de'])),
  none: () => result('ts:time', []),
  broken: () => {
    throw Object.assign(new Error('Binder Error: Referenced column "usr" not found in FROM clause!'), { status: 400, hint: 'Columns of logon: ts, host, user_name, outcome, …' })
  },
  accounts: () => result('user_name failed:integer succeeded:integer', USERS.map((u, i) => [u, Math.round(611 / (i + 1)), i % 3 ? 0 : 39 * (i % 4)])),
  source: () => result('address place network failed:integer in:integer why', IPS.map((ip, i) => [ip, ['US', 'CN', 'AR'][i % 3], ['Quanta Net', 'Lotus Cloud', 'Telecom AR'][i % 3], 223 - i * 30, i % 2 ? 0 : 39, ['in after failures', 'spray', null][i % 3]])),
  when: () => result('weekday:integer hour:integer count:integer', Array.from({ length: 168 }, (_, i) => [1 + Math.floor(i / 24), i % 24, i === 110 ? 300 : i % 17])),
  where: () => result('latitude:double longitude:double place failures:integer successes:integer detail', [[39.8, -98.6, 'United States', 260, 39, '2 addresses'], [35.9, 104.2, 'China', 120, 0, null], [39.4, -8.2, 'Portugal', 2, 151, null], [-38.4, -63.6, 'Argentina', 66, 0, null], [null, null, 'private', 3, 40, null]]),
  how: () => result('method program failed:integer in:integer', [['password', 'sshd', 1412, 128], ['publickey', 'sshd', 0, 98], [null, 'cron', 0, 632], ['unknown', 'sshd', 17, 0]]),
  all: (r) => everyAttempt(r),
  query: ({ sql }) => {
    if (/bad/.test(sql)) throw Object.assign(new Error('Parser Error: syntax error at or near "bad"'), { status: 400, position: sql.indexOf('bad') })
    return everyAttempt({ limit: 500 })
  },
}

function everyAttempt({ offset = 0, limit = 200, sort, filter }) {
  let rows = events.map((e, i) => [time(e.ms), 'web-01', e.user, e.outcome, e.outcome === 'failure' ? 'bad password' : null, 'sshd', e.ip, 40_000 + (i % 9000), i])
  const names = columns('ts:time host user_name outcome reason program source_ip source_port:integer record_id:integer')
  if (filter) rows = rows.filter((row) => row.some((v) => String(v).includes(filter)))
  if (sort) rows.sort((a, b) => (a[names.findIndex((c) => c.name === sort.column)] > b[names.findIndex((c) => c.name === sort.column)] ? 1 : -1) * (sort.descending ? -1 : 1))
  return { columns: names, rows: rows.slice(offset, offset + limit), total: rows.length, truncated: offset + limit < rows.length, milliseconds: 12 }
}

export const answer = (request) => (CELLS[request.cell] ?? CELLS.none)(request)

const lineOf = (e, i) => `Jun 11 16:01:09 web-01 sshd[${8000 + (i % 999)}]: ${e.outcome === 'success' ? 'Accepted' : 'Failed'} password for ${e.user} from ${e.ip} port ${40_000 + (i % 9000)} ssh2`

export function search({ text, regex, limit = 200, after = -1 }) {
  const needle = regex ? new RegExp(text, 'gi') : null
  const hits = []
  for (let i = after + 1; i < events.length && hits.length < limit; i++) {
    const line = lineOf(events[i], i)
    const at = needle ? line.search(needle) : line.toLowerCase().indexOf(text.toLowerCase())
    if (at >= 0) hits.push({ record_id: i, ts: time(events[i].ms), host: 'web-01', program: 'sshd', source_id: 1, offset: i * 97, text: line, spans: [[at, at + (needle ? (line.match(needle)?.[0].length ?? 0) : text.length)]] })
  }
  return { hits, searched: events.length, milliseconds: 3, after: hits.length === limit ? hits.at(-1).record_id : null, truncated: false }
}

export function linesAround(id, before, after) {
  const lines = []
  for (let i = Math.max(0, id - before); i <= Math.min(events.length - 1, id + after); i++) lines.push({ record_id: i, offset: i * 97, length: 96, ts: time(events[i].ms), text: lineOf(events[i], i), hit: i === id })
  return { source: { source_id: 1, path: '/evidence/var/log/auth.log.1.gz', container: '/evidence/uac-web-01.tar.gz', format: 'syslog', sha256: '9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de' }, lines }
}
