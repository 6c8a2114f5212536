// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import type { Result, Value } from '../api/types'
import { rebin, stepOf } from './bins'
import { unwrap } from './rings'
import { fit, isWhole, pan, zoom } from './span'

const result = (names: string[], rows: Value[][]): Result => ({
  columns: names.map((name) => ({ name, type: name === 'ts' ? 'time' : 'integer' })),
  rows, total: rows.length, truncated: false, milliseconds: 0,
})
const iso = (ms: number) => new Date(ms).toISOString()

test('counts fall into their bins, the last moment too', () => {
  const rows = [[iso(0), 2], [iso(499), 3], [iso(500), 5], [iso(1000), 7], [iso(2000), 99]]
  expect(rebin(result(['ts', 'count'], rows), 0, 1000, 2).map((b) => b.count)).toEqual([5, 12])
  expect(rebin(result(['ts'], [[iso(10)], [iso(20)]]), 0, 1000, 2).map((b) => b.count)).toEqual([2, 0])
})

test('a count per hour is shared among the bins it touches', () => {
  const hours = result(['ts', 'count'], [[iso(0), 60], [iso(3_600_000), 30], [iso(3 * 3_600_000), 10]])
  expect(stepOf(hours)).toBe(3_600_000)
  expect(rebin(hours, 0, 4 * 3_600_000, 8).map((b) => b.count)).toEqual([30, 30, 15, 15, 0, 0, 5, 5])
  expect(stepOf(result(['ts', 'count'], [[iso(0), 1], [iso(1000), 1], [iso(2500), 1]]))).toBe(0)
  expect(stepOf(result(['ts'], [[iso(0)], [iso(1000)]]))).toBe(0)
})

const whole = { from: 0, to: 1000 }

test('zooming keeps the place under the pointer', () => {
  expect(zoom(whole, 250, 0.5, whole)).toEqual({ from: 125, to: 625 })
  expect(zoom({ from: 0, to: 100 }, 50, 100, whole)).toEqual(whole)
  expect(zoom(whole, 500, 1e-9, whole)).toEqual({ from: 495, to: 505 })
})

test('nothing leaves the whole', () => {
  expect(pan({ from: 0, to: 100 }, -50, whole)).toEqual({ from: 0, to: 100 })
  expect(pan({ from: 850, to: 950 }, 500, whole)).toEqual({ from: 900, to: 1000 })
  expect(fit({ from: -10, to: 5000 }, whole)).toEqual(whole)
  expect(isWhole(whole, whole)).toBe(true)
  expect(isWhole({ from: 0, to: 999 }, whole)).toBe(false)
})

test('a ring over the date line goes on', () => {
  expect(unwrap([[170, 60], [179, 61], [-179, 62], [-170, 63]])).toEqual([[170, 60], [179, 61], [181, 62], [190, 63]])
  expect(unwrap([[-179, 0], [179, 1]])).toEqual([[-179, 0], [-181, 1]])
})
