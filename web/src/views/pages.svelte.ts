// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The rows of a long table as far as they have been fetched: pages of the size of the first answer, each asked for once.

import type { Result, Value } from '../api/types'

export type FetchPage = (offset: number) => Promise<Result>

/** What is assumed to follow while nobody knows how many rows there are. */
const AHEAD = 100

export class Pages {
  private pages = $state.raw<Value[][][]>([])
  private end = $state<number | null>(null)
  private asked = new Set<number>()
  private size = 0
  private generation = 0

  constructor(private fetchPage: FetchPage | undefined) {}

  /** Begins anew with another first answer. */
  start(first: Result, fetchPage: FetchPage | undefined) {
    this.generation++
    this.fetchPage = fetchPage
    this.asked.clear()
    this.size = first.rows.length
    this.pages = [first.rows]
    this.end = first.total ?? (first.truncated && fetchPage ? null : this.size)
    if (!fetchPage) this.end = this.size
  }

  /** null while it is not known. */
  get total(): number | null {
    return this.end
  }

  /** How many rows to make room for. */
  get count(): number {
    return this.end ?? this.pages.reduce((n, page) => n + page.length, 0) + AHEAD
  }

  row(index: number): Value[] | undefined {
    return this.size ? this.pages[Math.floor(index / this.size)]?.[index % this.size] : undefined
  }

  /** Fetches what is missing of the rows on screen. */
  need(indices: number[]) {
    if (!this.fetchPage || !this.size) return
    for (const page of new Set(indices.map((i) => Math.floor(i / this.size)))) {
      if (!this.pages[page] && !this.asked.has(page)) void this.load(page)
    }
  }

  private async load(page: number) {
    const { generation, size } = this
    this.asked.add(page)
    const more = await this.fetchPage!(page * size).catch(() => null)
    if (generation !== this.generation) return
    if (!more) {
      this.asked.delete(page) // it is asked for again when it next comes into sight
      return
    }
    this.pages = Object.assign([...this.pages], { [page]: more.rows })
    if (more.rows.length < size) this.end = Math.min(this.end ?? Infinity, page * size + more.rows.length)
  }
}
