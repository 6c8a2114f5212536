// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What a timeline shows: lanes in a fixed order, each as single dots where the events can be told apart, else as bars.

import type { Cell, Result, Value } from '../api/types'
import { columnOf, emptyBins, number, type Bin } from '../chart/bins'
import type { Span } from '../chart/span'
import { toMs } from '../time/format'
import { option } from './view'

export interface Dot {
  ms: number
  row: Value[]
}

export interface Lane {
  name: string
  count: number
  dots: Dot[] | null
  bins: Bin[] | null
}

const ORDER = ['success', 'allowed', 'failure', 'denied', 'unknown']
const CROWD = 250

export function readLanes(cell: Cell, result: Result, span: Span, room: number): Lane[] {
  const ts = columnOf(result, 'ts')
  const laneName = option(cell, 'lane')
  const lane = result.binned ? columnOf(result, 'lane') : laneName ? columnOf(result, laneName) : -1
  const groups = new Map<string, Dot[]>()
  for (const row of result.rows) {
    const name = lane < 0 ? cell.title : row[lane] == null ? 'unknown' : String(row[lane])
    let group = groups.get(name)
    if (!group) groups.set(name, (group = []))
    group.push({ ms: toMs(String(row[ts])), row })
  }
  return [...groups]
    .map(([name, dots]) => makeLane(name, dots, result, span, room))
    .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name))
}

const rank = (name: string) => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1)

function makeLane(name: string, dots: Dot[], result: Result, span: Span, room: number): Lane {
  if (result.binned) {
    const wide = result.binned.seconds * 1000
    const at = columnOf(result, 'count')
    const bins = dots.map(({ ms, row }) => ({ from: ms, to: ms + wide, count: number(row[at]) }))
    return { name, count: bins.reduce((sum, b) => sum + b.count, 0), dots: null, bins }
  }
  const weigh = columnOf(result, 'count')
  const weight = (dot: Dot) => (weigh < 0 ? 1 : Math.max(1, number(dot.row[weigh])))
  const count = dots.reduce((sum, dot) => sum + weight(dot), 0)
  return dots.length > CROWD ? { name, count, dots: null, bins: gather(dots, weight, span, room) } : { name, count, dots, bins: null }
}

function gather(dots: Dot[], weight: (dot: Dot) => number, span: Span, room: number): Bin[] {
  const n = Math.max(20, Math.min(220, Math.floor(room / 5)))
  const bins = emptyBins(span.from, span.to, n)
  for (const dot of dots) {
    const at = Math.floor(((dot.ms - span.from) / (span.to - span.from)) * n)
    if (at >= 0 && at <= n) bins[Math.min(at, n - 1)]!.count += weight(dot)
  }
  return bins.filter((bin) => bin.count > 0)
}

/** Moves dots of one lane apart a little, the same way every time. */
export const jitter = (index: number) => (((index * 2654435761) >>> 0) / 2 ** 32 - 0.5) * 0.36
