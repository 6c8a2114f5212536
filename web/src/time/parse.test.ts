// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import { parseTime } from './parse'

const BASE = Date.UTC(2026, 5, 11, 16, 1, 9)
const at = (...parts: [number, number, number, number?, number?, number?]) => Date.UTC(...parts)

test.each([
  ['2026-06-11 16:01', at(2026, 5, 11, 16, 1)],
  ['2026-06-11T16:01:09.5', at(2026, 5, 11, 16, 1, 9)],
  ['2026-06-11 16:01Z', at(2026, 5, 11, 16, 1)],
  ['2026-06-11 16:01 +02:00', at(2026, 5, 11, 14, 1)],
  ['11 Jun 16:01', at(2026, 5, 11, 16, 1)],
  ['11 June 2025', at(2025, 5, 11)],
  ['Jun 3, 2025 01:02:03', at(2025, 5, 3, 1, 2, 3)],
  ['08:30', at(2026, 5, 11, 8, 30)],
  ['-2h', BASE - 7_200_000],
  ['+30 min', BASE + 1_800_000],
  ['  2026-06-11  ', at(2026, 5, 11)],
])('%s', (text, ms) => expect(parseTime(text, 'UTC', BASE, 'from')).toBe(ms))

test.each(['', 'yesterday', '2026-13-01', '31 Foo', '25:99', '2026-06-11 16', '<b>'])('“%s” is no time', (text) => {
  expect(parseTime(text, 'UTC', BASE, 'from')).toBeNull()
})

test('a bare day at the end is its last moment', () => {
  expect(parseTime('2026-06-11', 'UTC', BASE, 'to')).toBe(at(2026, 5, 12) - 1)
})

test('the chosen zone counts where the text names none', () => {
  expect(parseTime('2026-06-11 16:01', 'Europe/Berlin', BASE, 'from')).toBe(at(2026, 5, 11, 14, 1))
  expect(parseTime('2026-06-11 16:01Z', 'Europe/Berlin', BASE, 'from')).toBe(at(2026, 5, 11, 16, 1))
})
