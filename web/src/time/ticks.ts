// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Round places on a time axis: midnights in the chosen zone, full hours, quarter hours, as many as there is room for.

import { DAY, HOUR, MINUTE, SECOND, monthName } from './format'
import { fromWall, toWall, type Wall } from './zone'

export interface Tick {
  ms: number
  label: string
}

const STEPS = [
  1, 2, 5, 10, 15, 30,
].map((n) => n * SECOND).concat(
  [1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  [1, 2, 3, 6, 12].map((n) => n * HOUR),
)
const DAYS = [1, 2, 3, 4, 7, 14]
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120]
const MONTH = 30.5 * DAY

const two = (n: number) => String(n).padStart(2, '0')

export function ticks(from: number, to: number, zone: string, room: number): Tick[] {
  const width = to - from
  if (!(width > 0) || room < 1) return []
  const step = STEPS.find((s) => width / s <= room)
  if (step) return hourTicks(from, to, zone, step)
  const days = DAYS.find((d) => width / (d * DAY) <= room)
  if (days) return dayTicks(from, to, zone, days)
  return monthTicks(from, to, zone, MONTHS.find((m) => width / (m * MONTH) <= room) ?? 240)
}

const midnight = (w: Wall, day = w.day): Wall => ({ ...w, day, hour: 0, minute: 0, second: 0 })

function hourTicks(from: number, to: number, zone: string, step: number): Tick[] {
  const out: Tick[] = []
  const start = fromWall(midnight(toWall(from, zone)), zone)
  for (let ms = start + Math.floor((from - start) / step) * step; ms <= to; ms += step) {
    if (ms >= from) out.push({ ms, label: clockLabel(toWall(ms, zone), step) })
  }
  return out
}

function clockLabel(w: Wall, step: number): string {
  if (w.hour === 0 && w.minute === 0 && w.second === 0) return `${w.day} ${monthName(w.month)}`
  const clock = `${two(w.hour)}:${two(w.minute)}`
  return step < MINUTE ? `${clock}:${two(w.second)}` : clock
}

function dayTicks(from: number, to: number, zone: string, days: number): Tick[] {
  const out: Tick[] = []
  const w = toWall(from, zone)
  for (let day = w.day; ; day += days) {
    const ms = fromWall(midnight(w, day), zone)
    if (ms > to) return out
    const at = toWall(ms, zone)
    if (ms >= from) out.push({ ms, label: `${at.day} ${monthName(at.month)}` })
  }
}

function monthTicks(from: number, to: number, zone: string, months: number): Tick[] {
  const out: Tick[] = []
  const w = toWall(from, zone)
  const first = Math.floor((w.month - 1) / months) * months
  for (let n = first; ; n += months) {
    const month = { ...midnight(w, 1), year: w.year + Math.floor(n / 12), month: (n % 12) + 1 }
    const ms = fromWall(month, zone)
    if (ms > to) return out
    if (ms >= from) out.push({ ms, label: month.month === 1 ? String(month.year) : monthName(month.month) })
  }
}
