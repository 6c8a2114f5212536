// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The ranges and windows the reader has zoomed through, for the keys `[` and `]`. Like a browser's history: a new
// step forgets what lay ahead.

import type { Time } from '../api/types'

export interface Zoom {
  from: Time | null
  to: Time | null
  windows: Record<string, [Time, Time]>
}

export class ZoomHistory {
  private list: Zoom[] = []
  private at = -1

  push(here: Zoom, there: Zoom) {
    if (this.at < 0) this.list[++this.at] = here
    this.list.length = this.at + 1
    this.list[++this.at] = there
  }

  step(direction: -1 | 1): Zoom | undefined {
    const next = this.list[this.at + direction]
    if (next) this.at += direction
    return next
  }
}
