// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Times as people type them: "2026-06-11 16:01", "11 Jun 16:01", "11 Jun", "16:01", "-3d". What is left out comes from
// `base`; a bare day at the end of a range means its last moment. A trailing Z or offset beats the chosen zone.

import { DAY, HOUR, MINUTE, SECOND, monthName } from './format'
import { fromWall, toWall, type Wall } from './zone'

const CLOCK = '(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:\\.\\d+)?)?'
const ISO = new RegExp(`^(\\d{4})-(\\d{1,2})-(\\d{1,2})(?:[T ]+${CLOCK})?$`)
const DAY_FIRST = new RegExp(`^(\\d{1,2})\\.? ([a-z]{3})[a-z]*\\.?(?:,? (\\d{4}))?(?:,? ${CLOCK})?$`, 'i')
const MONTH_FIRST = new RegExp(`^([a-z]{3})[a-z]*\\.? +(\\d{1,2})(?:,? (\\d{4}))?(?:,? ${CLOCK})?$`, 'i')
const ONLY_CLOCK = new RegExp(`^${CLOCK}$`)
const RELATIVE = /^([+-])(\d+(?:\.\d+)?) ?(s|m|min|h|d|w)$/
const OFFSET = / ?(Z|UTC|[+-]\d{2}:?\d{2})$/i
const UNIT: Record<string, number> = { s: SECOND, m: MINUTE, min: MINUTE, h: HOUR, d: DAY, w: 7 * DAY }

const monthNumber = (name: string) =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].find((m) => monthName(m).toLowerCase() === name.toLowerCase())

/** Milliseconds since 1970, or null where the text says no time. */
export function parseTime(text: string, zone: string, base: number, edge: 'from' | 'to'): number | null {
  const words = text.trim().replace(/\s+/g, ' ')
  const relative = RELATIVE.exec(words)
  if (relative) return base + (relative[1] === '-' ? -1 : 1) * Number(relative[2]) * UNIT[relative[3]!]!
  const named = /\d:\d\d/.test(words) ? OFFSET.exec(words) : null
  const used = named ? nameZone(named[1]!) : zone
  return readWall(named ? words.slice(0, named.index) : words, used, toWall(base, used), edge)
}

const nameZone = (text: string) => (/^(z|utc)$/i.test(text) ? 'UTC' : text.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2'))

function readWall(words: string, zone: string, base: Wall, edge: 'from' | 'to'): number | null {
  const iso = ISO.exec(words)
  if (iso) return build(Number(iso[1]), Number(iso[2]), Number(iso[3]), iso.slice(4), zone, edge)
  const day = DAY_FIRST.exec(words)
  if (day) return build(Number(day[3] ?? base.year), monthNumber(day[2]!), Number(day[1]), day.slice(4), zone, edge)
  const month = MONTH_FIRST.exec(words)
  if (month) return build(Number(month[3] ?? base.year), monthNumber(month[1]!), Number(month[2]), month.slice(4), zone, edge)
  const clock = ONLY_CLOCK.exec(words)
  return clock ? build(base.year, base.month, base.day, clock.slice(1), zone, edge) : null
}

function build(year: number, month: number | undefined, day: number, clock: (string | undefined)[], zone: string, edge: 'from' | 'to') {
  if (!month || month > 12 || day < 1 || day > 31) return null
  const [hour, minute, second] = clock
  if (hour === undefined) {
    const last = edge === 'to'
    return fromWall({ year, month, day: last ? day + 1 : day, hour: 0, minute: 0, second: 0 }, zone) - (last ? 1 : 0)
  }
  const wall = { year, month, day, hour: Number(hour), minute: Number(minute), second: Number(second ?? 0) }
  return wall.hour > 24 || wall.minute > 59 || wall.second > 60 ? null : fromWall(wall, zone)
}
