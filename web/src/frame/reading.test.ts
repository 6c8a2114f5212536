// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import type { Case, Progress } from '../api/types'
import { readingShare, readingWords } from './reading'

const reading = { state: 'reading' } as Case
const progress: Progress = {
  phase: 'reading', bytes: 412e6, bytes_total: 1024e6, records: 3_100_412, lines: 0, sources: 3, sources_total: 12,
  source: '/evidence/auth.log.2.gz', rate: 188e6, seconds_left: 4, revision: 1,
}

test('how far the reading is', () => {
  expect(readingWords(reading, progress)).toEqual(['reading auth.log.2.gz', '412 of 1,024 MB · 188 MB/s · 4 s left'])
  expect(readingWords(reading, { ...progress, bytes_total: null, rate: 0, seconds_left: null, source: null })).toEqual(['reading', '412 MB'])
  expect(readingWords(reading, { ...progress, bytes: 3e5, bytes_total: 567e3, rate: 20 })).toEqual(['reading auth.log.2.gz', '300 of 567 kB'])
  expect(readingShare(progress)).toBeCloseTo(0.402, 3)
  expect(readingShare({ ...progress, bytes_total: null })).toBeNull()
})

test('a finished case says nothing, a failed one why', () => {
  expect(readingWords({ ...reading, state: 'ready' }, progress)).toBeNull()
  expect(readingWords({ ...reading, state: 'failed', message: 'The disk is full.' }, null)).toEqual(['Reading failed', 'The disk is full.'])
})
