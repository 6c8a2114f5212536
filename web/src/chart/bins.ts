// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Counts over time, sorted into as many bins as the screen has room for.

import type { Result, Value } from '../api/types'
import { toMs } from '../time/format'

export interface Bin {
  from: number
  to: number
  count: number
}

export const columnOf = (result: Result, name: string) => result.columns.findIndex((c) => c.name === name)
export const number = (value: Value | undefined) => (typeof value === 'boolean' || value == null ? 0 : Number(value) || 0)

/** Rows of `ts` and `count` (1 each where there is no count) as `n` bins between `from` and `to`. */
export function rebin(result: Result, from: number, to: number, n: number): Bin[] {
  const ts = columnOf(result, 'ts')
  const count = columnOf(result, 'count')
  const bins = emptyBins(from, to, n)
  for (const row of result.rows) {
    const ms = toMs(String(row[ts]))
    if (ms < from || ms > to || Number.isNaN(ms)) continue
    bins[Math.min(n - 1, Math.floor(((ms - from) / (to - from)) * n))]!.count += count < 0 ? 1 : number(row[count])
  }
  return bins
}

export function emptyBins(from: number, to: number, n: number): Bin[] {
  const width = (to - from) / n
  return Array.from({ length: n }, (_, i) => ({ from: from + i * width, to: from + (i + 1) * width, count: 0 }))
}
