// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Numbers in words.

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const decimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

export const count = (n: number) => grouped.format(n)
export const figure = (n: number) => (Number.isInteger(n) ? grouped.format(n) : decimal.format(n))

const SIZES: [number, string][] = [[10e9, 'GB'], [1e6, 'MB'], [1e3, 'kB'], [0, 'bytes']]
const SCALE: Record<string, number> = { GB: 1e9, MB: 1e6, kB: 1e3, bytes: 1 }

/** "412 of 1,024 MB": both in the unit that fits the greater. */
export function sizeOf(bytes: number, whole: number | null): string {
  const unit = SIZES.find(([least]) => Math.max(bytes, whole ?? 0) >= least)![1]
  const inUnit = (n: number) => grouped.format(Math.round(n / SCALE[unit]!))
  return whole === null ? `${inUnit(bytes)} ${unit}` : `${inUnit(bytes)} of ${inUnit(whole)} ${unit}`
}
export const plural = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`

/** "source_ip" → "source ip" */
export const words = (name: string) => name.replaceAll('_', ' ')
