// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A search and its pages: what was found so far, and how to go on.

import * as api from '../api/client'
import type { Hit, SearchRequest, SearchResult } from '../api/types'
import { Asking } from '../state/asking.svelte'
import { store } from '../state/store.svelte'
import { count, plural } from '../text/figures'

export class Finder {
  readonly asking = new Asking<SearchResult>()
  hits = $state.raw<Hit[]>([])
  /** The record to go on behind; null at the end. */
  after = $state<number | null>(null)
  private request: SearchRequest | null = null
  private paging = false

  async ask(request: SearchRequest): Promise<void> {
    this.request = request
    if (!request.text) {
      this.asking.end()
      this.asking.answer = null
      this.take([], null)
      return
    }
    await this.asking.ask((signal) => api.search(request, signal))
    const { answer, busy, problem } = this.asking
    if (!busy && !problem && answer) this.take(answer.hits, answer.after)
  }

  async more(): Promise<void> {
    const { request, after } = this
    if (after === null || this.paging || !request) return
    this.paging = true
    try {
      const next = await api.search({ ...request, after })
      if (request === this.request) this.take([...this.hits, ...next.hits], next.after)
    } catch (error) {
      store.say(api.toProblem(error).message)
      this.after = null
    }
    this.paging = false
  }

  /** "first 200 lines of 9,120 looked at, in 12 ms" */
  get words(): string {
    const { answer } = this.asking
    if (!answer) return ''
    const found = (this.after === null ? '' : 'first ') + plural(this.hits.length, 'line')
    const looked = answer.searched > this.hits.length ? ` of ${count(answer.searched)} looked at` : ''
    return `${found}${looked}, in ${count(answer.milliseconds)} ms`
  }

  private take(hits: Hit[], after: number | null) {
    this.hits = hits
    this.after = after
  }
}
