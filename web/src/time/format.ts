// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Times and spans in words. "11 Jun 16:01" in prose, "2026-06-11 16:01:09" in columns, "+2 min 41 s" between rows.

import type { Time } from '../api/types'
import { toWall } from './zone'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
export const monthName = (month: number) => MONTHS[month - 1]!

const two = (n: number) => String(n).padStart(2, '0')

export const toMs = (time: Time) => Date.parse(time)
export const toTime = (ms: number): Time => new Date(Math.round(ms)).toISOString().replace('Z', '000Z')

/** Microseconds, for the distance between two rows of the same second. */
export function toMicros(time: Time): number {
  const fraction = /\.(\d+)Z?$/.exec(time)?.[1] ?? ''
  return Math.floor(Date.parse(time.replace(/\.\d+/, '')) / 1000) * 1e6 + Number(fraction.padEnd(6, '0').slice(0, 6) || 0)
}

/** "2026-06-11 16:01:09" */
export function stamp(time: Time | number, zone: string): string {
  const ms = typeof time === 'number' ? time : toMs(time)
  if (!Number.isFinite(ms)) return String(time)
  const w = toWall(ms, zone)
  return `${w.year}-${two(w.month)}-${two(w.day)} ${two(w.hour)}:${two(w.minute)}:${two(w.second)}`
}

/** "11 Jun 16:01", with the year when it is another than `year`. */
export function brief(time: Time | number, zone: string, year?: number): string {
  const w = toWall(typeof time === 'number' ? time : toMs(time), zone)
  const date = `${w.day} ${monthName(w.month)}${year !== undefined && w.year !== year ? ` ${w.year}` : ''}`
  return `${date} ${two(w.hour)}:${two(w.minute)}`
}

type Unit = [name: string, size: number]
const D: Unit = ['d', DAY]
const H: Unit = ['h', HOUR]
const MIN: Unit = ['min', MINUTE]
const S: Unit = ['s', SECOND]
/** Each unit with the one its remainder is told in. */
const UNITS: [Unit, Unit][] = [[D, H], [H, MIN], [MIN, S], [S, S]]

/** "2 min 41 s", "25 d", "40 ms": at most two units, never "0 s" for something that is not nothing. */
export function span(ms: number): string {
  const size = Math.abs(ms)
  if (size === 0) return '0 s'
  if (size < 1) return `${Math.round(size * 1000)} µs`
  if (size < SECOND) return `${Math.round(size)} ms`
  const [unit, below] = UNITS.find(([u]) => size >= u[1] - 0.5)!
  const rounded = Math.round(size / below[1]) * below[1]
  const whole = Math.floor(rounded / unit[1])
  const rest = Math.round((rounded - whole * unit[1]) / below[1])
  return rest && unit !== below ? `${whole} ${unit[0]} ${rest} ${below[0]}` : `${whole} ${unit[0]}`
}

/** "+23 s", from one row's time to the next one's. */
export function distance(from: Time, to: Time): string {
  const micros = toMicros(to) - toMicros(from)
  if (micros === 0) return '+0 s'
  return (micros > 0 ? '+' : '−') + span(micros / 1000)
}

/** "2 Jun 00:00 – 26 Jun 23:59": years only where they tell something. */
export function rangeWords(from: number, to: number, zone: string): string {
  const a = toWall(from, zone)
  const b = toWall(to, zone)
  const year = a.year === b.year && a.year === new Date().getFullYear() ? a.year : -1
  return `${brief(from, zone, year)} – ${brief(to, zone, year)}`
}

export function spanWords(ms: number): string {
  const days = Math.round(ms / DAY)
  return days >= 2 ? `${days} days` : span(ms)
}
