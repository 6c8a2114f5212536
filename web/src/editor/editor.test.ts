// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import { indexOfByte, paramNames, readCell, readOptions } from './cell'
import { cut, fileName, join, title, withParams, withTitle } from './notebook'

const TEXT = `---
title: "SSH keys"
hypothesis: Someone added a key.
---

# Keys

Words.

\`\`\`sql
--| id: keys
--| view: bars

select 1
\`\`\`

More.
`

test('cutting and joining gives the same text', () => {
  const draft = cut(TEXT)
  expect(draft.parts.map((p) => p.kind)).toEqual(['text', 'sql', 'text'])
  expect(title(draft)).toBe('SSH keys')
  expect(join(draft)).toBe(TEXT)
})

test('a fence that never ends, Windows line ends, no front matter', () => {
  expect(cut('```sql\r\nselect 1').parts).toEqual([{ kind: 'sql', body: 'select 1' }])
  expect(cut('---\nno end')).toEqual({ front: '', parts: [{ kind: 'text', body: '---\nno end' }] })
})

test('backticks inside SQL do not end it', () => {
  const draft = { front: '', parts: [{ kind: 'sql' as const, body: "select '\n```\n'" }] }
  expect(cut(join(draft))).toEqual(draft)
})

test('a new title replaces the old one and keeps the rest', () => {
  expect(withTitle(cut(TEXT), 'My $& keys').front).toBe('title: "My $& keys"\nhypothesis: Someone added a key.')
  expect(withTitle({ front: '', parts: [] }, 'New').front).toBe('title: "New"')
})

test('a title becomes a file name', () => {
  expect(fileName('SSH keys, añadidas!')).toBe('ssh-keys-anadidas')
  expect(fileName('../../etc/passwd')).toBe('etc-passwd')
  expect(fileName('…')).toBe('')
})

test('options at the head of a cell', () => {
  expect(readOptions('--| lane: outcome\n--| tooltip: [a, b ,c]\nselect 1\n--| late: x')).toEqual({ lane: 'outcome', tooltip: ['a', 'b', 'c'] })
  expect(readCell('--| view: moon\nselect 1', 'c1')).toMatchObject({ id: 'c1', view: 'table', width: 'full', title: 'Result' })
})

test('parameters are those that the SQL itself names', () => {
  expect(paramNames("select '$a', \"$b\" -- $c\n/* $d */ from x where ($user is null or y = $user) and ts between $from and $to")).toEqual(['user'])
  const draft = { front: 'title: "T"', parts: [{ kind: 'sql' as const, body: 'select $user, $ip' }, { kind: 'text' as const, body: '$not' }] }
  expect(withParams(draft).front).toBe('title: "T"\nparams:\n  user: text\n  ip: text')
  expect(withParams({ ...draft, front: 'params:\n  user: text' }).front).toBe('params:\n  user: text')
})

test('a byte of UTF-8 is found in the text', () => {
  expect(indexOfByte('select é x', 10)).toBe(9)
  expect(indexOfByte('ab', 99)).toBe(2)
})
