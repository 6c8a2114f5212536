// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The sections at the left, in groups: the investigation in its order, the analyst's own notebooks, the outcome.

import type { Case, NotebookEntry } from '../api/types'

export interface Entry {
  name: string
  title: string
  count: number | null
  worst: NotebookEntry['worst']
}

export interface Group {
  title: string
  entries: Entry[]
}

/** The built-in notebook that a new one starts from; it is no section of its own. */
export const BLANK = 'blank'

const fromNotebook = ({ name, title, count, worst }: NotebookEntry): Entry => ({ name, title, count, worst })

export function groups(of: Case, pins: number): Group[] {
  const built = of.notebooks.filter((n) => n.origin === 'built-in' && n.name !== BLANK).map(fromNotebook)
  const own = of.notebooks.filter((n) => n.origin !== 'built-in').map(fromNotebook)
  return [
    { title: 'Investigation', entries: built },
    { title: 'Notebooks', entries: [...own, { name: 'new', title: '+ New notebook', count: null, worst: null }] },
    { title: 'Outcome', entries: [{ name: 'pinned', title: 'Pinned', count: pins || null, worst: null }] },
  ]
}

export const entries = (of: Case) => groups(of, 0).flatMap((g) => g.entries)
