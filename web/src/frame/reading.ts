// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// "reading auth.log.2.gz" · "412 of 1,024 MB · 188 MB/s · 4 s left"

import type { Case, Progress } from '../api/types'
import { count, sizeOf } from '../text/figures'
import { span } from '../time/format'

/** Bytes a second below which a rate, and a guess made of it, say nothing. */
const SLOWEST = 1e6

export function readingWords(of: Case, progress: Progress | null): string[] | null {
  if (of.state === 'failed') return ['Reading failed', of.message ?? progress?.message ?? '']
  if (of.state === 'ready' || !progress) return of.state === 'ready' ? null : ['reading …']
  if (progress.phase === 'deriving') return ['tying things together', `${count(progress.records)} records`]
  if (progress.phase === 'locating') return ['placing addresses', `${count(progress.records)} records`]
  const figures = [sizeOf(progress.bytes, progress.bytes_total)]
  const moving = progress.rate >= SLOWEST
  if (moving) figures.push(`${sizeOf(progress.rate, null)}/s`)
  if (moving && progress.seconds_left !== null) figures.push(`${span(Math.max(1, Math.round(progress.seconds_left)) * 1000)} left`)
  const file = progress.source?.split('/').pop()
  return [file ? `reading ${file}` : 'reading', figures.join(' · ')]
}

/** 0 … 1, or null where the whole is not known. */
export function readingShare(progress: Progress | null): number | null {
  if (!progress?.bytes_total) return null
  return progress.phase === 'reading' ? Math.min(1, progress.bytes / progress.bytes_total) : 1
}
