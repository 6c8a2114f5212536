// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test, vi } from 'vitest'
import { bindKeys, type Actions } from './keys'

class FakeElement {
  isContentEditable = false
  constructor(readonly tagName: string) {}
}
vi.stubGlobal('HTMLElement', FakeElement)

function setUp() {
  const calls: string[] = []
  const log = (name: string) => (value?: unknown) => void calls.push(value === undefined ? name : `${name} ${value}`)
  const names = ['search', 'range', 'help', 'theme', 'close', 'zoom', 'row', 'sectionAt', 'sectionBy'] as const
  const keys = bindKeys(Object.fromEntries(names.map((n) => [n, log(n)])) as unknown as Actions)
  const press = (key: string, tag = 'BODY', more = {}) =>
    keys({ key, composedPath: () => [new FakeElement(tag)], preventDefault() {}, ...more } as unknown as KeyboardEvent)
  return { calls, press }
}

test('each key does its one thing', () => {
  const { calls, press } = setUp()
  for (const key of ['/', '?', 't', 'r', 'j', 'k', '[', ']', '3', 'g', 'l', 'l']) press(key)
  expect(calls).toEqual(['search', 'help', 'theme', 'range', 'row 1', 'row -1', 'zoom -1', 'zoom 1', 'sectionAt 2', 'sectionBy l'])
})

test('typing is typing, and Escape still closes', () => {
  const { calls, press } = setUp()
  press('j', 'INPUT')
  press('t', 'TEXTAREA')
  press('j', 'BODY', { ctrlKey: true })
  press('Escape', 'INPUT')
  expect(calls).toEqual(['close'])
})

test('names of Object.prototype are no keys', () => {
  const { calls, press } = setUp()
  press('constructor')
  expect(calls).toEqual([])
})
