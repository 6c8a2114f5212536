// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Numbers in words.

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const decimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

export const count = (n: number) => grouped.format(n)
export const figure = (n: number) => (Number.isInteger(n) ? grouped.format(n) : decimal.format(n))
export const megabytes = (bytes: number) => grouped.format(Math.round(bytes / 1e6))
export const plural = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`

/** "source_ip" → "source ip" */
export const words = (name: string) => name.replaceAll('_', ' ')
