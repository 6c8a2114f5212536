// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// `j` and `k` from anywhere on the page: to the list that has the focus, else to the first one.

const ROW_EVENT = 'lhx-row'

export function moveRow(step: -1 | 1) {
  const main = document.querySelector('main')
  const list = document.activeElement?.closest<HTMLElement>('[data-rows]') ?? main?.querySelector<HTMLElement>('[data-rows]')
  if (!list) return
  if (document.activeElement !== list) list.focus({ preventScroll: false })
  list.dispatchEvent(new CustomEvent(ROW_EVENT, { detail: step }))
}

/** Hears `j` and `k` at a list; returns the way out. */
export function hearRows(list: HTMLElement, move: (step: number) => void): () => void {
  const hear = (event: Event) => move((event as CustomEvent<number>).detail)
  list.addEventListener(ROW_EVENT, hear)
  return () => list.removeEventListener(ROW_EVENT, hear)
}

export const within = (index: number, count: number) => Math.max(0, Math.min(count - 1, index))

/** Where the key moves the active row to, or null for a key that does not. */
export function rowAfterKey(key: string, active: number, count: number, page = 10): number | null {
  const last = count - 1
  const moves: Record<string, number> = {
    ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: last,
  }
  const to = Object.hasOwn(moves, key) ? moves[key]! : null
  return to === null || count === 0 ? null : within(to, count)
}
