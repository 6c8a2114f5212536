// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import { fromWall, isZone, offsetAt, toWall } from './zone'

const HOUR = 3_600_000

test('offsets change with the clock', () => {
  expect(offsetAt(Date.UTC(2026, 0, 1), 'Europe/Berlin')).toBe(HOUR)
  expect(offsetAt(Date.UTC(2026, 6, 1), 'Europe/Berlin')).toBe(2 * HOUR)
  expect(offsetAt(Date.UTC(2026, 2, 29, 0, 59), 'Europe/Berlin')).toBe(HOUR)
  expect(offsetAt(Date.UTC(2026, 2, 29, 1, 0), 'Europe/Berlin')).toBe(2 * HOUR)
})

test('a zone that nobody knows counts as UTC', () => {
  expect(isZone('Middle/Earth')).toBe(false)
  expect(offsetAt(0, 'Middle/Earth')).toBe(0)
})

test('wall clocks go there and back', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', '+05:30']) {
    for (const ms of [0, Date.UTC(2026, 1, 28, 23, 59, 59), Date.UTC(2026, 9, 25, 3)]) {
      expect(fromWall(toWall(ms, zone), zone)).toBe(ms)
    }
  }
})
