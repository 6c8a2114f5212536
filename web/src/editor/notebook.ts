// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A notebook's text and back: front matter, Markdown, and fenced `sql` blocks. Cutting and joining again gives the same
// text, so that editing one cell changes nothing else.

import { paramNames } from './cell'

export interface Part {
  kind: 'text' | 'sql'
  body: string
}

export interface Draft {
  /** The lines between the two `---`, without them. */
  front: string
  parts: Part[]
}

const FENCE = /^(`{3,}|~{3,})\s*sql\b.*$/

export function cut(text: string): Draft {
  const lines = text.replace(/\r\n/g, '\n').split('\n')
  const draft: Draft = { front: '', parts: [] }
  let at = 0
  if (lines[0] === '---') {
    const end = lines.indexOf('---', 1)
    if (end > 0) {
      draft.front = lines.slice(1, end).join('\n')
      at = end + 1
    }
  }
  let words: string[] = []
  const flush = () => {
    const body = words.join('\n').trim()
    if (body) draft.parts.push({ kind: 'text', body })
    words = []
  }
  while (at < lines.length) {
    const fence = FENCE.exec(lines[at]!)
    if (!fence) {
      words.push(lines[at++]!)
      continue
    }
    flush()
    const end = lines.findIndex((line, i) => i > at && line.trimEnd() === fence[1])
    const last = end < 0 ? lines.length : end
    draft.parts.push({ kind: 'sql', body: lines.slice(at + 1, last).join('\n') })
    at = last + 1
  }
  flush()
  return draft
}

export function join({ front, parts }: Draft): string {
  const head = front.trim() ? [`---\n${front}\n---`] : []
  const body = parts.filter((p) => p.body.trim()).map((p) => (p.kind === 'sql' ? fenced(p.body) : p.body))
  return [...head, ...body].join('\n\n') + '\n'
}

/** A fence longer than any run of backticks at the start of a line inside it. */
function fenced(sql: string): string {
  const longest = Math.max(2, ...[...sql.matchAll(/^`{3,}/gm)].map((m) => m[0].length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}sql\n${sql.replace(/\n$/, '')}\n${fence}`
}

export function title(draft: Draft): string {
  return /^title:\s*(.+)$/m.exec(draft.front)?.[1]?.trim().replace(/^["']|["']$/g, '') ?? ''
}

export function withTitle(draft: Draft, words: string): Draft {
  const line = `title: ${JSON.stringify(words)}`
  const has = /^title:.*$/m.test(draft.front)
  return { ...draft, front: has ? draft.front.replace(/^title:.*$/m, () => line) : [line, draft.front].filter(Boolean).join('\n') }
}

/** Names the parameters of the cells in the front matter, where it names none yet. */
export function withParams(draft: Draft): Draft {
  const names = [...new Set(draft.parts.flatMap((p) => (p.kind === 'sql' ? paramNames(p.body) : [])))]
  if (!names.length || /^params:/m.test(draft.front)) return draft
  return { ...draft, front: [draft.front, 'params:', ...names.map((name) => `  ${name}: text`)].filter(Boolean).join('\n') }
}

/** "SSH keys" → "ssh-keys": what a file may be called. */
export const fileName = (words: string) =>
  words.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60)
