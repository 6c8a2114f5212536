// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import { pieces, startAt } from './pieces'

const marked = (text: string, spans: [number, number][]) => pieces(text, spans).map((p) => (p.found ? `[${p.text}]` : p.text)).join('')

test('what was found is cut out, and nothing is lost', () => {
  expect(marked('Failed password for root', [[7, 15]])).toBe('Failed [password] for root')
  expect(marked('aaa', [[0, 1], [1, 2]])).toBe('[a][a]a')
  expect(marked('abc', [])).toBe('abc')
})

test('spans that make no sense are cut to what does', () => {
  expect(marked('abcdef', [[4, 99], [1, 3], [2, 5]])).toBe('a[bc][de][f]')
  expect(marked('abc', [[3, 1], [-5, 1]])).toBe('[a]bc')
})

test('a long line is shown from what was found', () => {
  expect(startAt('x'.repeat(50), [[40, 42]], 100)).toBe(0)
  expect(startAt('x'.repeat(5000), [[4000, 4002]], 90)).toBe(3970)
})
