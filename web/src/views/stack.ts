// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A series as stacked bars: one bin per place in time, its parts from the ground up in a fixed order.

import type { Cell, Result } from '../api/types'
import { columnOf, emptyBins, number, stepOf } from '../chart/bins'
import type { Span } from '../chart/span'
import { toMs } from '../time/format'
import { option } from './view'

export interface StackPart {
  name: string
  total: number
  bars: { from: number; to: number; low: number; high: number; count: number }[]
}

const PARTS = 6

export function readStack(cell: Cell, result: Result, span: Span, room: number): { parts: StackPart[]; most: number } {
  const seriesName = option(cell, 'series')
  const at = result.binned ? columnOf(result, 'lane') : seriesName ? columnOf(result, seriesName) : -1
  const [ts, count] = [columnOf(result, 'ts'), columnOf(result, 'count')]
  const step = stepOf(result)
  const { bins, index } = step > 0 ? stepBins(result, ts, step) : screenBins(span, room)
  const sums = new Map<string, Float64Array>()
  for (const row of result.rows) {
    const bin = index(toMs(String(row[ts])))
    if (bin === undefined) continue
    const name = at < 0 ? cell.title : row[at] == null ? 'unknown' : String(row[at])
    let line = sums.get(name)
    if (!line) sums.set(name, (line = new Float64Array(bins.length)))
    line[bin]! += count < 0 ? 1 : number(row[count])
  }
  return pile(foldSmall(sums, bins.length), bins)
}

interface Bins {
  bins: Span[]
  index: (ms: number) => number | undefined
}

/** The bins that the counts came in. */
function stepBins(result: Result, ts: number, step: number): Bins {
  const times = [...new Set(result.rows.map((row) => toMs(String(row[ts]))))].sort((a, b) => a - b)
  const at = new Map(times.map((ms, i) => [ms, i]))
  return { bins: times.map((ms) => ({ from: ms, to: ms + step })), index: (ms) => at.get(ms) }
}

function screenBins(span: Span, room: number): Bins {
  const n = Math.max(20, Math.min(200, Math.floor(room / 6)))
  const bins = emptyBins(span.from, span.to, n)
  return {
    bins,
    index: (ms) => (ms < span.from || ms > span.to ? undefined : Math.min(n - 1, Math.floor(((ms - span.from) / (span.to - span.from)) * n))),
  }
}

const sum = (line: Float64Array) => line.reduce((a, b) => a + b, 0)

/** The greatest few keep their names, the rest is "other". */
function foldSmall(sums: Map<string, Float64Array>, n: number): [string, Float64Array][] {
  const lines = [...sums].sort((a, b) => sum(b[1]) - sum(a[1]))
  if (lines.length <= PARTS) return lines
  const other = new Float64Array(n)
  for (const [, line] of lines.slice(PARTS - 1)) line.forEach((v, i) => (other[i]! += v))
  return [...lines.slice(0, PARTS - 1), ['other', other]]
}

function pile(lines: [string, Float64Array][], bins: Span[]): { parts: StackPart[]; most: number } {
  const ground = new Float64Array(bins.length)
  const parts = lines.map(([name, line]) => {
    const bars: StackPart['bars'] = []
    bins.forEach((bin, i) => {
      if (!line[i]) return
      bars.push({ from: bin.from, to: bin.to, low: ground[i]!, high: ground[i]! + line[i]!, count: line[i]! })
      ground[i]! += line[i]!
    })
    return { name, total: sum(line), bars }
  })
  return { parts, most: Math.max(1, ...ground) }
}
