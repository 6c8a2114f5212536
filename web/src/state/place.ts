// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the address says. Everything a colleague should see is in the fragment: section, hosts, range, zone, the moment
// in focus, the open line, the search, the state of tables; every other key is a parameter of the notebook.
//
//   #/logons?host=web-01&from=2026-06-02T00:00:00Z&zone=host&t.accounts=-failed~root&source_ip=203.0.113.5

import type { Scope, Sort, Time } from '../api/types'

export type ZoneChoice = 'utc' | 'host' | 'browser'

export interface TableState {
  sort?: Sort
  filter?: string
  hidden?: string[]
}

export interface Place {
  section: string
  /** null: all of them */
  hosts: string[] | null
  from: Time | null
  to: Time | null
  zone: ZoneChoice
  focus: Time | null
  /** "1204" for a record, "3@52417" for a byte of a source. */
  open: string | null
  query: string
  regex: boolean
  tables: Record<string, TableState>
  /** What single timelines show of the range, by cell. */
  windows: Record<string, [Time, Time]>
  params: Record<string, string>
}

export const emptyPlace = (section = ''): Place => ({
  section, hosts: null, from: null, to: null, zone: 'utc', focus: null, open: null,
  query: '', regex: false, tables: {}, windows: {}, params: {},
})

const isTime = (text: string) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && Number.isFinite(Date.parse(text))
const readTime = (text: string) => (isTime(text) ? text : null)

const READ: Record<string, (place: Place, value: string) => void> = {
  host: (p, v) => void (p.hosts = [...(p.hosts ?? []), v]),
  from: (p, v) => void (p.from = readTime(v)),
  to: (p, v) => void (p.to = readTime(v)),
  zone: (p, v) => void (p.zone = v === 'host' || v === 'browser' ? v : 'utc'),
  focus: (p, v) => void (p.focus = readTime(v)),
  open: (p, v) => void (p.open = /^\d+(@\d+)?$/.test(v) ? v : null),
  q: (p, v) => void (p.query = v),
  regex: (p, v) => void (p.regex = v === '1'),
}

export function parsePlace(hash: string): Place {
  const [path = '', search = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?')
  const place = emptyPlace(decode(path))
  for (const [key, value] of new URLSearchParams(search)) {
    const read = Object.hasOwn(READ, key) ? READ[key] : undefined
    if (read) read(place, value)
    else if (key.startsWith('t.')) place.tables[key.slice(2)] = parseTable(value)
    else if (key.startsWith('w.')) readWindow(place, key.slice(2), value)
    else place.params[key] = value
  }
  return place
}

function readWindow(place: Place, cell: string, text: string) {
  const [from, to] = text.split('~')
  if (from && to && isTime(from) && isTime(to)) place.windows[cell] = [from, to]
}

/** The link of a finding names only what it changes: the scope of the reader stays. */
export function followLink(link: string, here: Place): Place {
  const there = parsePlace(link)
  const given = new URLSearchParams(splitOnce(link, '?')[1] ?? '')
  if (!given.has('host')) there.hosts = here.hosts
  if (!given.has('from') && !given.has('to')) [there.from, there.to] = [here.from, here.to]
  if (!given.has('zone')) there.zone = here.zone
  if (!given.has('focus')) there.focus = here.focus
  return there
}

export function formatPlace(place: Place): string {
  const search = new URLSearchParams()
  const add = (key: string, value: string | null | false) => {
    if (value) search.append(key, value)
  }
  for (const host of place.hosts ?? []) search.append('host', host)
  add('from', place.from)
  add('to', place.to)
  add('zone', place.zone !== 'utc' && place.zone)
  add('focus', place.focus)
  add('q', place.query)
  add('regex', place.regex && '1')
  for (const [key, value] of Object.entries(place.params)) add(key, value)
  for (const [cell, table] of Object.entries(place.tables)) add(`t.${cell}`, formatTable(table))
  for (const [cell, window] of Object.entries(place.windows)) add(`w.${cell}`, window.join('~'))
  add('open', place.open)
  const text = search.toString().replace(/%3A/g, ':').replace(/%2F/g, '/').replace(/%40/g, '@')
  return `#/${encodeURIComponent(place.section).replace(/%2F/g, '/')}${text ? `?${text}` : ''}`
}

/** "-failed,hidden.columns~text to look for": sort, then the columns hidden, then the filter. */
function parseTable(text: string): TableState {
  const [head = '', filter] = splitOnce(text, '~')
  const [sort = '', ...hidden] = head.split(',')
  const table: TableState = {}
  if (sort) table.sort = { column: sort.replace(/^-/, ''), descending: sort.startsWith('-') }
  if (hidden.length) table.hidden = hidden
  if (filter) table.filter = filter
  return table
}

function formatTable({ sort, hidden = [], filter }: TableState): string {
  const head = [sort ? (sort.descending ? '-' : '') + sort.column : '', ...hidden].join(',')
  return filter ? `${head}~${filter}` : head
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function scopeOf(place: Place): Scope {
  return { hosts: place.hosts, from: place.from, to: place.to, params: place.params }
}
