// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
import { expect, test } from 'vitest'
import { visible } from './visible'

test('what is not seen is written out', () => {
  expect(visible('root\u200b')).toBe('root<U+200B>')
  expect(visible('\u202egpj.exe')).toBe('<U+202E>gpj.exe')
  expect(visible('a\u00a0b\u{e0041}')).toBe('a<U+00A0>b<U+E0041>')
  expect(visible('\u001b[31m\u009b\r')).toBe('\\x1b[31m\\x9b\\x0d')
})

test('all else stays as it is', () => {
  for (const text of ['root', 'Zoë', '管理员', 'администратор', 'a\tb\nc', '😀', '']) expect(visible(text)).toBe(text)
})
