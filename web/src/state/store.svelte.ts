// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The one store of the page: the case, how far the reading is, the notes, and where the reader is. Parts of the page
// read it directly; they change the place only through `go`, which writes the address.

import * as api from '../api/client'
import { listen } from '../api/live'
import type { Case, NoteChange, Notes, Progress, Time } from '../api/types'
import { toMs } from '../time/format'
import { isZone } from '../time/zone'
import { emptyPlace, followLink, formatPlace, parsePlace, type Place } from './place'
import { ZoomHistory, type Zoom } from './zoom'

class Store {
  case = $state<Case | null>(null)
  progress = $state<Progress | null>(null)
  notes = $state<Notes>({ verdicts: {}, pins: [], notes: '' })
  revision = $state(0)
  place = $state<Place>(parsePlace(location.hash))
  notice = $state<string | null>(null)
  /** The program behind the page does not answer. */
  lost = $state(false)

  zone = $derived.by(() => {
    if (this.place.zone === 'browser') return Intl.DateTimeFormat().resolvedOptions().timeZone
    const host = this.case?.zone
    return this.place.zone === 'host' && host && isZone(host) ? host : 'UTC'
  })
  reading = $derived(this.case?.state === 'reading')
  /** The whole evidence, in milliseconds; a minute wide at least, so that there is something to draw on. */
  whole = $derived.by(() => {
    const from = this.case?.from ? toMs(this.case.from) : 0
    const to = this.case?.to ? toMs(this.case.to) : from
    return { from, to: Math.max(to, from + 60_000) }
  })
  range = $derived({
    from: this.place.from ? toMs(this.place.from) : this.whole.from,
    to: this.place.to ? toMs(this.place.to) : this.whole.to,
  })

  async load() {
    this.case = await api.readCase()
    this.revision = this.case.revision
    if (!this.place.section) this.go({ section: this.case.notebooks[0]?.name ?? 'overview' }, true)
    this.notes = await api.readNotes().catch(() => this.notes)
  }

  follow(): () => void {
    return listen({
      progress: (progress) => {
        this.progress = progress
        const ended = progress.phase === 'done' || progress.phase === 'failed'
        if (ended && this.reading) void this.finish(progress.revision)
      },
      changed: (revision) => void this.refresh(revision),
      lost: (lost) => {
        this.lost = lost
      },
    })
  }

  async refresh(revision: number) {
    if (revision !== this.revision || this.reading) await this.reload(revision)
  }

  private async reload(revision: number) {
    try {
      this.case = await api.readCase()
      this.revision = Math.max(revision, this.case.revision)
    } catch {
      this.revision = revision // the panels will say what is wrong
    }
  }

  /** Reading has ended. The counts at the sections may be some seconds old by then, so they are read once more. */
  private async finish(revision: number) {
    await this.reload(revision)
    setTimeout(() => void this.reload(this.revision), 2500)
  }

  async note(change: NoteChange) {
    try {
      this.notes = await api.writeNote(change)
    } catch (error) {
      this.say(`Not saved: ${api.toProblem(error).message}`)
    }
  }

  /** A short word at the foot of the page that goes away by itself. */
  say(text: string) {
    this.notice = text
    setTimeout(() => {
      if (this.notice === text) this.notice = null
    }, 4000)
  }

  go(change: Partial<Place>, replace = false) {
    const next = { ...this.place, ...change }
    const hash = formatPlace(next)
    if (hash !== location.hash) history[replace ? 'replaceState' : 'pushState'](null, '', hash)
    this.place = next
  }

  /** Another section keeps the scope and drops what belonged to the old one. */
  openSection(section: string, more: Partial<Place> = {}) {
    this.go({ ...this.elsewhere(section), ...more })
    document.querySelector('main')?.scrollTo(0, 0)
  }

  private elsewhere(section: string): Place {
    const { hosts, from, to, zone, focus } = this.place
    return { ...emptyPlace(section), hosts, from, to, zone, focus }
  }

  /** Every line that has the words, in the same hosts and range. */
  searchFor(words: string) {
    this.openSection('search', { query: words })
  }

  open(link: string) {
    this.go(followLink(link, this.place))
  }

  /** What a link leads to, with the reader's scope in it, so that it can also be opened in another tab. */
  address = (link: string) => formatPlace(followLink(link, this.place))
  sectionAddress = (section: string) => formatPlace(this.elsewhere(section))

  readAddress() {
    this.place = parsePlace(location.hash)
  }

  setRange(from: Time | null, to: Time | null) {
    this.zoom({ from, to, windows: {} })
  }

  /** What one timeline shows of the range; null shows all of it. */
  setWindow(cell: string, window: [Time, Time] | null) {
    const windows = { ...this.place.windows }
    if (window) windows[cell] = window
    else delete windows[cell]
    this.zoom({ from: this.place.from, to: this.place.to, windows })
  }

  private zoom(to: Zoom) {
    const { from, to: end, windows } = this.place
    zooms.push({ from, to: end, windows }, to)
    this.go(to)
  }

  stepZoom(direction: -1 | 1) {
    const zoom = zooms.step(direction)
    if (zoom) this.go(zoom)
  }

  setParam(name: string, value: string | null) {
    const params = { ...this.place.params }
    if (value === null) delete params[name]
    else params[name] = value
    this.go({ params })
  }
}

const zooms = new ZoomHistory()
export const store = new Store()
