// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A line cut at its spans: which parts were found and which stand between them. Spans that overlap, run backwards or
// leave the text are cut to what makes sense.

export interface LinePiece {
  text: string
  found: boolean
}

export function pieces(text: string, spans: [number, number][]): LinePiece[] {
  const out: LinePiece[] = []
  let at = 0
  const add = (end: number, found: boolean) => {
    if (end > at) out.push({ text: text.slice(at, end), found })
    at = Math.max(at, end)
  }
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    add(Math.min(from, text.length), false)
    add(Math.min(to, text.length), true)
  }
  add(text.length, false)
  return out
}

/** A long line is shown from a little before the first thing found in it. */
export function startAt(text: string, spans: [number, number][], room: number): number {
  const first = spans[0]?.[0] ?? 0
  return text.length <= room || (spans[0]?.[1] ?? 0) < room - 4 ? 0 : Math.max(0, first - Math.floor(room / 3))
}
