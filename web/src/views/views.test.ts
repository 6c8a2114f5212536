// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import type { Cell, Column, Result, Value } from '../api/types'
import { percent, readCounts } from './counts'
import { heatOf, readHeat } from './heat'
import { readLanes } from './lanes'
import { readPlaces, sizes } from './places'
import { rowAfterKey } from './rows'
import { readStack } from './stack'
import { arrange, commonFolder, isTimeOrdered, tableColumns } from './table'

const cell = (options: Cell['options'] = {}): Cell => ({
  kind: 'cell', id: 'c', view: 'table', title: 'Title', note: null, empty: '', width: 'full', options, sql: '',
})

/** "ts:time user_name failed:integer" */
const result = (names: string, rows: Value[][], more: Partial<Result> = {}): Result => ({
  columns: names.split(' ').map((n): Column => ({ name: n.split(':')[0]!, type: (n.split(':')[1] ?? 'text') as Column['type'] })),
  rows, total: rows.length, truncated: false, milliseconds: 0, ...more,
})
const T = (second: number) => new Date(second * 1000).toISOString()

test('columns know how they are written', () => {
  const kinds = tableColumns(
    cell({ bar: ['failed', 'in'], tag: 'why', hide: 'secret' }),
    result('ts:time user_name source_ip failed:integer in:integer why outcome secret record_id:integer', [[T(1), 'a', 'b', 1, 2, 'c', 'failure', 'x', 9]]),
    { hidden: ['user_name'] },
  ).map((c) => [c.name, c.kind])
  expect(kinds).toEqual([['ts', 'time'], ['source_ip', 'mono'], ['failed', 'bar'], ['in', 'bar'], ['why', 'tag'], ['outcome', 'outcome']])
})

test('only rows in the order of time have distances', () => {
  expect(isTimeOrdered(result('ts:time', [[T(1)], [T(2)], [T(2)]]))).toBe(true)
  expect(isTimeOrdered(result('ts:time', [[T(3)], [T(2)]]))).toBe(true)
  expect(isTimeOrdered(result('ts:time', [[T(1)], [T(3)], [T(2)]]))).toBe(false)
  expect(isTimeOrdered(result('name', [['a'], ['b']]))).toBe(false)
})

test('what all paths begin with is told once', () => {
  expect(commonFolder(['/evidence/log/a', '/evidence/log/b.gz', '/evidence/log/apt/c'])).toBe('/evidence/log/')
  expect(commonFolder(['/evidence/log/a', '/evidence/lib/b'])).toBe('/evidence/')
  expect(commonFolder(['/a/b', '/c/d'])).toBe('')
  expect(commonFolder(['/evidence/log/a'])).toBe('')
  expect(commonFolder([])).toBe('')
})

test('sorting puts the unknown last, filtering looks at every column', () => {
  const rows = result('name n:integer', [['b', 10], [null, 9], ['a', 2]])
  expect(arrange(rows, { sort: { column: 'name', descending: false } }).rows.map((r) => r[0])).toEqual(['a', 'b', null])
  expect(arrange(rows, { sort: { column: 'n', descending: true } }).rows.map((r) => r[1])).toEqual([10, 9, 2])
  expect(arrange(rows, { filter: 'B' })).toMatchObject({ rows: [['b', 10]], total: 1 })
  expect(arrange(rows, {})).toBe(rows)
})

test('bars take the columns they are told, else the first that count', () => {
  const rows = result('user_name failed:integer succeeded:integer', [['root', 611, 0], [null, 2, 3]])
  expect(readCounts(cell(), rows)).toEqual([
    { label: 'root', value: 'root', first: 611, second: 0 },
    { label: 'not recorded', value: null, first: 2, second: 3 },
  ])
  expect(readCounts(cell({ bad: 'succeeded' }), rows)[1]).toMatchObject({ first: 3, second: null })
  expect(percent(1, 1000)).toBe('<1 %')
  expect(percent(999, 1000)).toBe('>99 %')
  expect(percent(0, 0)).toBe('0 %')
})

test('a timeline keeps its lanes in order, dots or bins', () => {
  const rows = result('ts:time outcome', [[T(3), 'unknown'], [T(1), 'failure'], [T(2), 'success'], [T(4), null]])
  const lanes = readLanes(cell({ lane: 'outcome' }), rows, { from: 0, to: 5000 }, 700)
  expect(lanes.map((l) => [l.name, l.count, l.dots?.length])).toEqual([['success', 1, 1], ['failure', 1, 1], ['unknown', 2, 2]])

  const binned = result('ts:time lane count:integer', [[T(0), 'failure', 7], [T(60), 'failure', 5]], { binned: { seconds: 60 } })
  const [lane] = readLanes(cell({ lane: 'outcome' }), binned, { from: 0, to: 120_000 }, 700)
  expect(lane).toMatchObject({ count: 12, dots: null, bins: [{ from: 0, to: 60_000, count: 7 }, { from: 60_000, to: 120_000, count: 5 }] })
})

test('a crowd of dots becomes bars that count the same', () => {
  const rows = result('ts:time outcome', Array.from({ length: 900 }, (_, i) => [T(i), 'failure']))
  const [lane] = readLanes(cell({ lane: 'outcome' }), rows, { from: 0, to: 900_000 }, 700)
  expect(lane!.dots).toBeNull()
  expect(lane!.bins!.reduce((n, b) => n + b.count, 0)).toBe(900)
})

test('a stack piles its parts and folds the small ones', () => {
  const rows = Array.from({ length: 9 }, (_, i): Value[] => [T(0), `p${i}`, 10 - i])
  const { parts, most } = readStack(cell({ series: 'program' }), result('ts:time program count:integer', rows), { from: 0, to: 60_000 }, 600)
  expect(parts.map((p) => p.name)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'other'])
  expect(parts.reduce((n, p) => n + p.total, 0)).toBe(54)
  expect(most).toBe(54)
  expect(parts[1]!.bars[0]).toMatchObject({ low: 10, high: 19 })
})

test('heat is Monday first and ignores what is no hour', () => {
  const { counts, most } = readHeat(result('weekday:integer hour:integer count:integer', [[1, 0, 3], [7, 23, 9], [9, 1, 99], [1, 77, 99]]))
  expect([counts[0]![0], counts[6]![23], most]).toEqual([3, 9, 9])
  expect(heatOf(0, 9)).toBe(0)
  expect(heatOf(9, 9)).toBe(1)
})

test('both counts of one place stay visible', () => {
  const rows = result('latitude:double longitude:double place failures:integer successes:integer', [[1, 2, 'A', 100, 100], [null, null, 'private', 1, 0]])
  const { places, unplaced } = readPlaces(rows)
  expect(unplaced.map((p) => p.name)).toEqual(['private'])
  const { ring, core } = sizes(places[0]!, 100)
  expect(core).toBeGreaterThan(0)
  expect(core).toBeLessThan(ring)
})

test('row keys stay inside the list', () => {
  expect(rowAfterKey('ArrowDown', -1, 3)).toBe(0)
  expect(rowAfterKey('ArrowDown', 2, 3)).toBe(2)
  expect(rowAfterKey('End', 0, 3)).toBe(2)
  expect(rowAfterKey('x', 0, 3)).toBeNull()
  expect(rowAfterKey('End', 0, 0)).toBeNull()
})
