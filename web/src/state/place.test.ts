// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import { emptyPlace, followLink, formatPlace, parsePlace } from './place'

const FULL =
  '#/logons?host=web-01&host=web+02&from=2026-06-02T00:00:00Z&to=2026-06-03T00:00:00Z&zone=host&focus=2026-06-02T10:00:00Z' +
  '&source_ip=203.0.113.5&t.accounts=-failed,program~root+x&w.attempts=2026-06-02T01:00:00Z~2026-06-02T02:00:00Z&open=1204'

test('an address says everything and reads back the same', () => {
  const place = parsePlace(FULL)
  expect(place.hosts).toEqual(['web-01', 'web 02'])
  expect(place.params).toEqual({ source_ip: '203.0.113.5' })
  expect(place.tables.accounts).toEqual({ sort: { column: 'failed', descending: true }, hidden: ['program'], filter: 'root x' })
  expect(place.windows.attempts).toEqual(['2026-06-02T01:00:00Z', '2026-06-02T02:00:00Z'])
  expect(parsePlace(formatPlace(place))).toEqual(place)
})

test('hostile addresses are just odd places', () => {
  expect(parsePlace('#/%E0%A4%A').section).toBe('%E0%A4%A')
  expect(parsePlace('#/logons?from=javascript:alert(1)&open=1;drop&zone=moon').from).toBeNull()
  expect(parsePlace('#/logons?open=1;drop').open).toBeNull()
  expect(parsePlace('#/logons?constructor=x').params).toEqual({ constructor: 'x' })
  expect(parsePlace('').section).toBe('')
})

test('any name and any value survive', () => {
  const place = { ...emptyPlace('search'), query: 'a&b=c#d?é%', hosts: ['<b>&'], params: { 'user name': '"~,' } }
  expect(parsePlace(formatPlace(place))).toEqual(place)
})

test('a link keeps the scope it does not name', () => {
  const here = parsePlace('#/overview?host=web-01&from=2026-06-02T00:00:00Z&q=old&source_ip=1.2.3.4')
  const there = followLink('#/logons?source_ip=203.0.113.5', here)
  expect(there).toMatchObject({ section: 'logons', hosts: ['web-01'], from: '2026-06-02T00:00:00Z', query: '', params: { source_ip: '203.0.113.5' } })
  expect(followLink('#/logons?to=2026-06-09T00:00:00Z', here)).toMatchObject({ from: null, to: '2026-06-09T00:00:00Z' })
})
