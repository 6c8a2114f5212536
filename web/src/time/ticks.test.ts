// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import { ticks } from './ticks'

const labels = (from: number, to: number, zone = 'UTC', room = 8) => ticks(from, to, zone, room).map((t) => t.label).join(' ')

test('round hours, and the day at midnight', () => {
  expect(labels(Date.UTC(2026, 5, 9, 20), Date.UTC(2026, 5, 10, 4))).toBe('20:00 21:00 22:00 23:00 10 Jun 01:00 02:00 03:00 04:00')
})

test('midnights of the chosen zone', () => {
  expect(ticks(Date.UTC(2026, 5, 9), Date.UTC(2026, 5, 13), 'Europe/Berlin', 8).map((t) => new Date(t.ms).getUTCHours())).toContain(22)
})

test('days, months and years as there is room', () => {
  expect(labels(Date.UTC(2026, 5, 2), Date.UTC(2026, 5, 8))).toBe('2 Jun 3 Jun 4 Jun 5 Jun 6 Jun 7 Jun 8 Jun')
  expect(labels(Date.UTC(2025, 10, 1), Date.UTC(2026, 3, 1))).toBe('Nov Dec 2026 Feb Mar Apr')
  expect(labels(Date.UTC(2000, 0, 1), Date.UTC(2026, 0, 1))).toMatch(/^2000 20\d\d/)
})

test('never more than there is room for, and never without end', () => {
  for (const width of [50, 9_000, 4e6, 3e8, 8e9, 9e11]) {
    expect(ticks(1e12, 1e12 + width, 'UTC', 10).length).toBeLessThan(14)
  }
  expect(ticks(5, 5, 'UTC', 10)).toEqual([])
})
