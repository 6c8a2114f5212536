// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Wall clocks. The server speaks UTC only; what is shown follows the zone the analyst chose. A zone is an IANA name
// or an offset such as "+02:00"; one that the browser does not know counts as UTC.

export interface Wall {
  year: number
  month: number // 1 … 12
  day: number
  hour: number
  minute: number
  second: number
}

const QUARTER = 900_000
const formats = new Map<string, Intl.DateTimeFormat | null>()
const offsets = new Map<string, number>()

function findFormat(zone: string): Intl.DateTimeFormat | null {
  let format = formats.get(zone)
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone, hourCycle: 'h23',
        year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
      })
    } catch {
      format = null
    }
    formats.set(zone, format)
  }
  return format
}

/** "+05:30" in milliseconds, null for what is no offset. */
function readOffset(zone: string): number | null {
  const parts = /^([+-])(\d\d):?(\d\d)$/.exec(zone)
  return parts ? (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3])) * 60_000 : null
}

export const isZone = (zone: string) => readOffset(zone) !== null || findFormat(zone) !== null

/** Milliseconds to add to UTC to read the wall clock of `zone` at `ms`. */
export function offsetAt(ms: number, zone: string): number {
  if (zone === 'UTC' || !Number.isFinite(ms)) return 0
  const quarter = Math.floor(ms / QUARTER) // zones change at quarter hours
  const key = zone + quarter
  let offset = offsets.get(key)
  if (offset === undefined) {
    offset = measureOffset(quarter * QUARTER, zone)
    if (offsets.size > 20_000) offsets.clear()
    offsets.set(key, offset)
  }
  return offset
}

function measureOffset(ms: number, zone: string): number {
  const fixed = readOffset(zone)
  if (fixed !== null) return fixed
  const format = findFormat(zone)
  if (!format) return 0
  const part: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value)
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!) - ms
}

export function toWall(ms: number, zone: string): Wall {
  const at = new Date(ms + offsetAt(ms, zone))
  return {
    year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(),
    hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds(),
  }
}

/** In the hour that a clock change repeats, the earlier of both; in the one it skips, the time as if it had not. */
export function fromWall(wall: Wall, zone: string): number {
  const local = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second)
  const guess = local - offsetAt(local, zone)
  return local - offsetAt(guess, zone)
}
