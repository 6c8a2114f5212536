// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Counts by weekday and hour.

import type { Result } from '../api/types'
import { columnOf, number } from '../chart/bins'

export const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** counts[weekday − 1][hour] */
export function readHeat(result: Result): { counts: number[][]; most: number } {
  const [weekday, hour, count] = ['weekday', 'hour', 'count'].map((name) => columnOf(result, name)) as [number, number, number]
  const counts = DAYS.map(() => Array<number>(24).fill(0))
  for (const row of result.rows) {
    const line = counts[number(row[weekday]) - 1]
    const at = number(row[hour])
    if (line && at in line) line[at]! += number(row[count])
  }
  return { counts, most: Math.max(1, ...counts.flat()) }
}

/** 0 … 1; the square root keeps single events visible beside a burst. */
export const heatOf = (count: number, most: number) => (count ? 0.12 + 0.88 * Math.sqrt(count / most) : 0)
