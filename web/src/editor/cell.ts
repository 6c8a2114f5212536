// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The options at the head of an SQL cell (`--| key: value`), read so that a cell under edit is drawn as it will be.

import type { Cell, ViewName } from '../api/types'

const VIEWS = ['stat', 'findings', 'table', 'timeline', 'bars', 'share', 'series', 'heatmap', 'map', 'select', 'record', 'text']
const WIDTHS = ['full', 'half', 'third', 'two-thirds']

export function readOptions(sql: string): Record<string, string | string[]> {
  const options: Record<string, string | string[]> = {}
  for (const line of sql.split('\n')) {
    const found = /^--\|\s*([\w-]+):\s*(.*?)\s*$/.exec(line)
    if (!found) break
    const [, key = '', value = ''] = found
    const list = /^\[(.*)\]$/.exec(value)
    options[key] = list ? list[1]!.split(',').map((v) => v.trim()).filter(Boolean) : value
  }
  return options
}

export function readCell(sql: string, fallback: string): Cell {
  const { id, view, title, note, empty, width, ...options } = readOptions(sql)
  const text = (value: string | string[] | undefined, otherwise: string) => (typeof value === 'string' && value ? value : otherwise)
  return {
    kind: 'cell',
    id: text(id, fallback),
    view: (VIEWS.includes(text(view, '')) ? view : 'table') as ViewName,
    title: text(title, 'Result'),
    note: typeof note === 'string' ? note : null,
    empty: text(empty, 'No rows.'),
    width: (WIDTHS.includes(text(width, '')) ? width : 'full') as Cell['width'],
    options,
    sql,
  }
}

const FRAME = ['hosts', 'from', 'to']

/** The parameters that SQL names besides those of the frame, as `$name`; not those in strings and comments. */
export function paramNames(sql: string): string[] {
  const bare = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\//g, ' ')
  const names = [...bare.matchAll(/\$([a-z_]\w*)/gi)].map((m) => m[1]!)
  return [...new Set(names)].filter((name) => !FRAME.includes(name))
}

/** The place in the text of a byte in its UTF-8. */
export function indexOfByte(text: string, byte: number): number {
  const bytes = new TextEncoder().encode(text).slice(0, Math.max(0, byte))
  return new TextDecoder().decode(bytes).length
}
