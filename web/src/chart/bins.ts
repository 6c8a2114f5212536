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

/**
 * How many milliseconds a row's count stands for: the server's bins, or the step that all times are multiples of, as
 * with counts per hour. 0 for single events.
 */
export function stepOf(result: Result): number {
  if (result.binned) return result.binned.seconds * 1000
  if (columnOf(result, 'count') < 0 || columnOf(result, 'record_id') >= 0) return 0
  const ts = columnOf(result, 'ts')
  const times = [...new Set(result.rows.map((row) => toMs(String(row[ts]))))].sort((a, b) => a - b)
  let step = Infinity
  for (let i = 1; i < times.length; i++) step = Math.min(step, times[i]! - times[i - 1]!)
  return step >= 1000 && Number.isFinite(step) && times.every((ms) => (ms - times[0]!) % step === 0) ? step : 0
}

/** Rows of `ts` and `count` (1 each where there is no count) as `n` bins between `from` and `to`. */
export function rebin(result: Result, from: number, to: number, n: number): Bin[] {
  const ts = columnOf(result, 'ts')
  const count = columnOf(result, 'count')
  const step = stepOf(result)
  const bins = emptyBins(from, to, n)
  for (const row of result.rows) spread(bins, toMs(String(row[ts])), step, count < 0 ? 1 : number(row[count]))
  return bins
}

/** Adds a count that stands for `step` milliseconds to each bin it touches, by its share. */
export function spread(bins: Bin[], ms: number, step: number, count: number) {
  const from = bins[0]!.from
  const wide = bins[0]!.to - from
  const last = bins.length - 1
  if (!(ms + step >= from) || ms > bins[last]!.to) return
  if (step === 0) return void (bins[Math.min(last, Math.floor((ms - from) / wide))]!.count += count)
  const end = Math.min(last, Math.floor((ms + step - from) / wide))
  for (let i = Math.max(0, Math.floor((ms - from) / wide)); i <= end; i++) {
    const shared = Math.min(ms + step, bins[i]!.to) - Math.max(ms, bins[i]!.from)
    bins[i]!.count += (count * shared) / step
  }
}

export function emptyBins(from: number, to: number, n: number): Bin[] {
  const width = (to - from) / n
  return Array.from({ length: n }, (_, i) => ({ from: from + i * width, to: from + (i + 1) * width, count: 0 }))
}
