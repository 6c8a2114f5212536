// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The shapes of docs/api.md, in the same order and with the same names.

/** "2026-03-04T05:06:07.123456Z", always UTC. */
export type Time = string

export interface Host {
  name: string | null
  records: number
  first: Time | null
  last: Time | null
}

export type Severity = 'high' | 'medium' | 'note'

export interface NotebookEntry {
  name: string
  title: string
  hypothesis: string | null
  origin: 'built-in' | 'user' | 'case'
  count: number | null
  worst: Severity | null
}

export interface Case {
  name: string
  version: string
  revision: number
  state: 'reading' | 'ready' | 'failed'
  message?: string
  hosts: Host[]
  from: Time | null
  to: Time | null
  zone: string | null
  notebooks: NotebookEntry[]
  attributions: string[]
}

export interface Progress {
  phase: 'reading' | 'deriving' | 'locating' | 'done' | 'failed'
  bytes: number
  bytes_total: number | null
  records: number
  lines: number
  sources: number
  sources_total: number
  source: string | null
  rate: number
  seconds_left: number | null
  revision: number
  message?: string
}

export type Param = string | number | null

export interface Scope {
  hosts: string[] | null
  from: Time | null
  to: Time | null
  params?: Record<string, Param>
}

export type ViewName =
  | 'stat'
  | 'findings'
  | 'table'
  | 'timeline'
  | 'bars'
  | 'share'
  | 'series'
  | 'heatmap'
  | 'map'
  | 'select'
  | 'record'
  | 'text'

export interface Cell {
  kind: 'cell'
  id: string
  view: ViewName
  title: string
  note: string | null
  empty: string
  width: 'full' | 'half' | 'third' | 'two-thirds'
  options: Record<string, string | string[]>
  sql: string
}

export type Block = { kind: 'text'; markdown: string } | Cell

export interface Notebook {
  name: string
  title: string
  hypothesis: string | null
  text: string
  blocks: Block[]
}

export interface Window {
  from: Time
  to: Time
  bins: number
}

export interface Sort {
  column: string
  descending: boolean
}

export interface CellRequest {
  notebook: string
  cell: string
  scope: Scope
  window?: Window
  sort?: Sort
  filter?: string
  offset?: number
  limit?: number
}

export type Value = string | number | boolean | null

export interface Column {
  name: string
  type: 'text' | 'integer' | 'double' | 'boolean' | 'time'
}

export interface Result {
  columns: Column[]
  rows: Value[][]
  total: number | null
  truncated: boolean
  milliseconds: number
  binned?: { seconds: number }
}

export interface SearchRequest {
  text: string
  regex: boolean
  scope: Scope
  program?: string
  source?: number
  limit?: number
  after?: number
}

export interface Hit {
  record_id: number
  ts: Time | null
  host: string | null
  program: string | null
  source_id: number
  offset: number
  text: string
  /** UTF-16 ranges in `text`. */
  spans: [number, number][]
}

export interface SearchResult {
  hits: Hit[]
  searched: number
  milliseconds: number
  /** The record to continue behind; null at the end. */
  after: number | null
  truncated: boolean
}

export interface Line {
  record_id: number | null
  offset: number
  length: number
  ts: Time | null
  text: string
  hit: boolean
}

export interface Lines {
  source: { source_id: number; path: string; container: string | null; format: string; sha256: string | null }
  lines: Line[]
}

export type Verdict = 'undecided' | 'supported' | 'refuted'

export interface Pin {
  id: number | string
  notebook: string
  cell: string
  title: string
  scope: Scope
  note: string
  created: Time
}

export interface Notes {
  verdicts: Record<string, Verdict>
  pins: Pin[]
  notes: string
}

export type NoteChange =
  | { verdict: { notebook: string; value: Verdict } }
  | { pin: { notebook: string; cell: string; title: string; scope: Scope; note: string } }
  | { unpin: number | string }
  | { notes: string }

export type Format = 'csv' | 'json' | 'jsonl'
export type ExportRequest = { format: Format } & ({ cell: CellRequest } | { sql: string; scope: Scope })
