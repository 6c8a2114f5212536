// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import { brief, distance, rangeWords, span, spanWords, stamp, toMicros, toTime } from './format'

const AT = Date.UTC(2026, 5, 11, 16, 1, 9)

test('a stamp follows the zone', () => {
  expect(stamp(AT, 'UTC')).toBe('2026-06-11 16:01:09')
  expect(stamp(AT, 'Europe/Berlin')).toBe('2026-06-11 18:01:09')
  expect(stamp('2026-06-11T16:01:09.123456Z', '+05:30')).toBe('2026-06-11 21:31:09')
  expect(stamp('not a time', 'UTC')).toBe('not a time')
})

test('prose leaves the year out where it is known', () => {
  expect(brief(AT, 'UTC', 2026)).toBe('11 Jun 16:01')
  expect(brief(AT, 'UTC', 2025)).toBe('11 Jun 2026 16:01')
  expect(rangeWords(Date.UTC(2019, 11, 31), Date.UTC(2020, 0, 1), 'UTC')).toBe('31 Dec 2019 00:00 – 1 Jan 2020 00:00')
})

test.each([
  [0, '0 s'],
  [0.25, '250 µs'],
  [40, '40 ms'],
  [23_000, '23 s'],
  [161_000, '2 min 41 s'],
  [1_739_900, '29 min'],
  [3_600_000, '1 h'],
  [90_000_000, '1 d 1 h'],
  [86_400_000 * 25, '25 d'],
])('%d ms are %s', (ms, words) => expect(span(ms)).toBe(words))

test('days are days from two on', () => {
  expect(spanWords(25 * 86_400_000 - 1)).toBe('25 days')
  expect(spanWords(86_400_000)).toBe('1 d')
})

test('the distance between rows goes down to microseconds', () => {
  expect(distance('2026-06-11T16:01:09.000000Z', '2026-06-11T16:01:32.000000Z')).toBe('+23 s')
  expect(distance('2026-06-11T16:01:09.000000Z', '2026-06-11T16:01:09.000250Z')).toBe('+250 µs')
  expect(distance('2026-06-11T16:01:09.5Z', '2026-06-11T16:01:08.5Z')).toBe('−1 s')
  expect(distance('2026-06-11T16:01:09Z', '2026-06-11T16:01:09Z')).toBe('+0 s')
})

test('microseconds survive, also before 1970', () => {
  expect(toMicros('1970-01-01T00:00:01.000002Z')).toBe(1_000_002)
  expect(toMicros('1969-12-31T23:59:59.999999Z')).toBe(-1)
  expect(toTime(AT)).toBe('2026-06-11T16:01:09.000000Z')
})
