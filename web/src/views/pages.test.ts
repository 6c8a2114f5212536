// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import type { Result, Value } from '../api/types'
import { Pages } from './pages.svelte'

const answer = (rows: Value[][], total: number | null, truncated = false): Result => ({ columns: [], rows, total, truncated, milliseconds: 0 })
const numbers = (from: number, n: number): Value[][] => Array.from({ length: n }, (_, i) => [from + i])
const tick = () => new Promise((done) => setTimeout(done))

test('pages are fetched as they come into sight, each once', async () => {
  const asked: number[] = []
  const fetchPage = async (offset: number) => (asked.push(offset), answer(numbers(offset, 10), 35))
  const pages = new Pages(undefined)
  pages.start(answer(numbers(0, 10), 35), fetchPage)
  expect([pages.total, pages.row(9), pages.row(12)]).toEqual([35, [9], undefined])
  pages.need([12, 13, 25])
  pages.need([12])
  await tick()
  expect(asked).toEqual([10, 20])
  expect([pages.row(12), pages.row(25), pages.row(31)]).toEqual([[12], [25], undefined])
})

test('the end is found where the total is not known', async () => {
  const pages = new Pages(undefined)
  pages.start(answer(numbers(0, 10), null, true), async (offset) => answer(numbers(offset, 3), null))
  expect(pages.total).toBeNull()
  expect(pages.count).toBeGreaterThan(10)
  pages.need([11])
  await tick()
  expect([pages.total, pages.row(12), pages.row(13)]).toEqual([13, [12], undefined])
})

test('an answer to an older question is dropped, a failed one asked again', async () => {
  let fail = true
  const pages = new Pages(undefined)
  pages.start(answer(numbers(0, 10), 20), async (offset) => answer(numbers(offset + 1000, 10), 20))
  pages.need([15])
  pages.start(answer(numbers(0, 10), 20), async (offset) => {
    if (fail) throw new Error('gone')
    return answer(numbers(offset, 10), 20)
  })
  await tick()
  expect(pages.row(15)).toBeUndefined()
  pages.need([15])
  await tick()
  fail = false
  pages.need([15])
  await tick()
  expect(pages.row(15)).toEqual([15])
})

test('rows that are all here need nobody', () => {
  const pages = new Pages(undefined)
  pages.start(answer(numbers(0, 3), 500, true), undefined)
  expect([pages.total, pages.count]).toEqual([3, 3])
})
