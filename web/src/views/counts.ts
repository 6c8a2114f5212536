// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Rows of a label and one or two counts, as `bars` and `share` read them.

import type { Cell, Result, Value } from '../api/types'
import { option } from './view'

export interface Counted {
  label: string
  /** The label as the evidence has it; null where there was none. */
  value: Value
  first: number
  second: number | null
}

const isCount = (type: string) => type === 'integer' || type === 'double'

export interface CountColumns {
  label: number
  first: number
  second: number
}

export function countColumns(cell: Cell, result: Result): CountColumns {
  const find = (name: string | null) => (name === null ? -1 : result.columns.findIndex((c) => c.name === name))
  const label = find(option(cell, 'label'))
  const counts = result.columns.flatMap((c, i) => (isCount(c.type) && c.name !== 'record_id' ? [i] : []))
  const bad = find(option(cell, 'bad'))
  const good = find(option(cell, 'good'))
  return {
    label: label >= 0 ? label : Math.max(0, result.columns.findIndex((c) => !isCount(c.type))),
    first: bad >= 0 ? bad : (counts[0] ?? -1),
    second: good >= 0 ? good : bad >= 0 ? -1 : (counts[1] ?? -1),
  }
}

export function readCounts(cell: Cell, result: Result): Counted[] {
  const at = countColumns(cell, result)
  return result.rows.map((row) => ({
    label: row[at.label] == null || row[at.label] === '' ? 'not recorded' : String(row[at.label]),
    value: row[at.label] ?? null,
    first: Number(row[at.first] ?? 0),
    second: at.second < 0 ? null : Number(row[at.second] ?? 0),
  }))
}

/** "12 %", "<1 %": never a 0 for something that is there. */
export function percent(part: number, whole: number): string {
  if (!whole || !part) return '0 %'
  const share = (part / whole) * 100
  return share < 1 ? '<1 %' : share > 99 && part < whole ? '>99 %' : `${Math.round(share)} %`
}
