// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What every view is given: the cell, its answer, and the ways to ask for more of it.

import type { Cell, Result, Value } from '../api/types'
import type { Span } from '../chart/span'
import type { TableState } from '../state/place'

export interface Source {
  /** Rows from `offset` on, in the order and with the filter of `table`. */
  more?: (offset: number) => Promise<Result>
  table: TableState
  setTable: (table: TableState) => void
  /** The range the cell was asked for, and the part of it on screen. */
  whole: Span
  span: Span
  setSpan?: (span: Span | null) => void
  /** The answer for the whole range, for the strip below a timeline. */
  overview: Result | null
}

export interface ViewProps {
  cell: Cell
  result: Result
  source: Source
}

export const option = (cell: Cell, name: string): string | null => {
  const value = cell.options[name]
  return value === undefined ? null : Array.isArray(value) ? (value[0] ?? null) : value
}

export const optionList = (cell: Cell, name: string): string[] => {
  const value = cell.options[name]
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

export type Tone = 'bad' | 'good' | 'warn' | 'plain'

const TONES: Record<string, Tone> = {
  success: 'good', succeeded: 'good', successes: 'good', allowed: 'good', accepted: 'good', certain: 'good',
  failure: 'bad', failed: 'bad', failures: 'bad', denied: 'bad', high: 'bad', critical: 'bad', emerg: 'bad', alert: 'bad', crit: 'bad',
  medium: 'warn', warning: 'warn', spray: 'warn', err: 'warn', error: 'warn',
}

/** What a word of the vocabulary means; free text means nothing. */
export const toneOf = (value: Value): Tone => (typeof value === 'string' && Object.hasOwn(TONES, value) ? TONES[value]! : 'plain')
export const tagTone = (value: string): Tone =>
  toneOf(value) !== 'plain' ? toneOf(value) : /brute|after failures|intru|malic/i.test(value) ? 'bad' : /spray|new|unusual|rare/i.test(value) ? 'warn' : 'plain'
