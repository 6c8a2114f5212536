// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What a table's columns are: how each is written, how wide it is, and what the answer says about the order of time.

import type { Cell, Column, Result, Value } from '../api/types'
import { figure, words } from '../text/figures'
import { visible } from '../text/visible'
import { stamp } from '../time/format'
import type { TableState } from '../state/place'
import { optionList } from './view'

export type CellKind = 'time' | 'number' | 'bar' | 'tag' | 'outcome' | 'mono' | 'text'

export interface TableColumn {
  index: number
  name: string
  title: string
  kind: CellKind
  tone: 'bad' | 'good' | null
  width: number
  /** The greatest value, for columns drawn as bars. */
  most: number
  /** The folder that all the paths of the column begin with: told once, in the tooltip, not in every row. */
  folder: string
}

const EVIDENCE = /(^|_)(ip|command|command_line|message|line|path|container|fingerprint|sha256|exe|argv|cwd|tty|source|address)$/
const MONO = 7.3
const SANS = 7.7
const SMALL = 6.4
const PADDING = 20
const DISTANCE = 88
export const BAR = 44

export function tableColumns(cell: Cell, result: Result, state: TableState): TableColumn[] {
  const hidden = new Set(['record_id', ...optionList(cell, 'hide'), ...(state.hidden ?? [])])
  const ordered = isTimeOrdered(result)
  return result.columns
    .map((column, index) => describe(cell, result, column, index, ordered))
    .filter((column) => !hidden.has(column.name))
}

/** The columns a reader may hide or bring back. */
export const hideable = (cell: Cell, result: Result) =>
  result.columns.map((c) => c.name).filter((name) => name !== 'record_id' && !optionList(cell, 'hide').includes(name))

function describe(cell: Cell, result: Result, column: Column, index: number, ordered: boolean): TableColumn {
  const kind = kindOf(cell, column)
  const bars = optionList(cell, 'bar')
  const tone = kind !== 'bar' ? null : bars.indexOf(column.name) === 0 ? 'bad' : 'good'
  const title = words(column.name)
  const most = kind === 'bar' ? Math.max(1, ...result.rows.map((row) => Number(row[index]) || 0)) : 0
  const extra = kind === 'time' && ordered && index === timeColumn(result) ? DISTANCE : kind === 'tag' ? 16 : 0
  const folder = column.name === 'path' ? commonFolder(result.rows.map((row) => String(row[index] ?? ''))) : ''
  return { index, name: column.name, title, kind, tone, most, folder, width: widthOf(result, index, kind, title) + extra - folder.length * MONO }
}

function kindOf(cell: Cell, column: Column): CellKind {
  if (column.type === 'time') return 'time'
  if (optionList(cell, 'bar').includes(column.name)) return 'bar'
  if (optionList(cell, 'tag').includes(column.name)) return 'tag'
  if (column.type === 'integer' || column.type === 'double') return 'number'
  if (column.name === 'outcome' || column.name === 'severity') return 'outcome'
  return optionList(cell, 'mono').includes(column.name) || EVIDENCE.test(column.name) ? 'mono' : 'text'
}

function widthOf(result: Result, index: number, kind: CellKind, title: string): number {
  if (kind === 'time') return 19 * MONO + PADDING
  const lengths = result.rows.slice(0, 200).map((row) => format(row[index] ?? null, kind, 'UTC').length).sort((a, b) => a - b)
  // One long text among many short ones is clipped; a figure never is.
  const usual = lengths[kind === 'text' || kind === 'mono' ? Math.floor(lengths.length * 0.95) : lengths.length - 1] ?? 0
  const letter = kind === 'mono' ? MONO : kind === 'tag' ? SMALL : SANS
  return Math.max(Math.min(usual, 72) * letter + (kind === 'bar' ? BAR : 0), (title.length + 2) * 6.4) + PADDING
}

export function format(value: Value, kind: CellKind, zone: string): string {
  if (value === null) return '—'
  if (kind === 'time') return stamp(String(value), zone)
  if (typeof value === 'number') return figure(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return visible(value)
}

/** "/evidence/var/log/" of all the paths in it; nothing where there is little to save. */
export function commonFolder(paths: string[]): string {
  const [first = '', ...rest] = paths
  let end = first.lastIndexOf('/') + 1
  while (end > 0 && !rest.every((path) => path.startsWith(first.slice(0, end)))) end = first.lastIndexOf('/', end - 2) + 1
  return rest.length && end > 8 ? first.slice(0, end) : ''
}

export const timeColumn = (result: Result) => result.columns.findIndex((c) => c.type === 'time')

/** Rows in the order of time get the distance to the row before. */
export function isTimeOrdered(result: Result): boolean {
  const at = timeColumn(result)
  const times = result.rows.slice(0, 50).map((row) => row[at]).filter((v): v is string => typeof v === 'string')
  if (at < 0 || times.length < 2) return false
  const rising = times.every((t, i) => i === 0 || t >= times[i - 1]!)
  return rising || times.every((t, i) => i === 0 || t <= times[i - 1]!)
}

/** Texts give way, to an ellipsis, before the table has to be scrolled sideways. */
const narrow = (width: number, room: number) => Math.min(width, room > 900 ? 280 : 130)

export const gridTemplate = (columns: TableColumn[], room: number) =>
  columns
    .map(({ kind, width }) => (kind === 'text' || kind === 'mono' ? `minmax(${narrow(width, room)}px, ${width}fr)` : `${width}px`))
    .join(' ')

export const leastWidth = (columns: TableColumn[], room: number) =>
  columns.reduce((sum, { kind, width }) => sum + (kind === 'text' || kind === 'mono' ? narrow(width, room) : width), 0)

/** Sorts and filters an answer that is all here. */
export function arrange(result: Result, { sort, filter }: TableState): Result {
  const needle = filter?.toLowerCase()
  let rows = needle ? result.rows.filter((row) => row.some((v) => v !== null && String(v).toLowerCase().includes(needle))) : result.rows
  const by = sort ? result.columns.findIndex((c) => c.name === sort.column) : -1
  if (by >= 0) rows = rows.toSorted((a, b) => compare(a[by]!, b[by]!) * (sort!.descending ? -1 : 1))
  return rows === result.rows ? result : { ...result, rows, total: rows.length }
}

function compare(a: Value, b: Value): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? 1 : -1
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1
}
