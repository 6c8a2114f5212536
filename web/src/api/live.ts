// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The stream of events: how far the reading is, and when panels should be asked again. The browser reconnects by
// itself; `changed` is thinned out so that a fast reader does not make the page flicker.

import type { Progress } from './types'

export interface LiveHandlers {
  progress: (progress: Progress) => void
  changed: (revision: number) => void
  /** The program stopped answering, or answers again. */
  lost: (lost: boolean) => void
}

export function listen(handlers: LiveHandlers, pause = 1500): () => void {
  const events = new EventSource('/api/events')
  let timer: ReturnType<typeof setTimeout> | undefined
  let revision = 0
  let last = 0

  const tell = () => {
    timer = undefined
    last = Date.now()
    handlers.changed(revision)
  }
  events.addEventListener('progress', (event) => handlers.progress(JSON.parse(event.data) as Progress))
  events.addEventListener('changed', (event) => {
    revision = (JSON.parse(event.data) as { revision: number }).revision
    timer ??= setTimeout(tell, Math.max(0, last + pause - Date.now()))
  })
  events.addEventListener('open', () => handlers.lost(false))
  events.addEventListener('error', () => handlers.lost(true))
  return () => {
    clearTimeout(timer)
    events.close()
  }
}
