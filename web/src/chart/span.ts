// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A piece of a time axis and the ways to move it: always inside the whole, never narrower than a hundredth of a second.

export interface Span {
  from: number
  to: number
}

const NARROWEST = 10

export const width = (span: Span) => span.to - span.from

export function fit(span: Span, whole: Span): Span {
  const size = Math.min(Math.max(width(span), NARROWEST), width(whole))
  const from = Math.min(Math.max(span.from, whole.from), whole.to - size)
  return { from, to: from + size }
}

/** factor < 1 goes nearer; `at` stays where it is on screen. */
export function zoom(span: Span, at: number, factor: number, whole: Span): Span {
  const size = Math.max(width(span) * factor, NARROWEST)
  const share = (at - span.from) / width(span)
  const from = at - size * share
  return fit({ from, to: from + size }, whole)
}

export const pan = (span: Span, by: number, whole: Span) => fit({ from: span.from + by, to: span.to + by }, whole)

export const isWhole = (span: Span, whole: Span) => span.from <= whole.from && span.to >= whole.to
