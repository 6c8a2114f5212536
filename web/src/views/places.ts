// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The rows of a map: one place may have failures and successes, and both must stay visible.

import type { Result } from '../api/types'
import { columnOf, number } from '../chart/bins'

export interface MapPlace {
  name: string
  at: [longitude: number, latitude: number]
  failures: number
  successes: number
  detail: string | null
}

export function readPlaces(result: Result): { places: MapPlace[]; unplaced: MapPlace[] } {
  const names = ['latitude', 'longitude', 'place', 'failures', 'successes', 'detail']
  const [lat, lon, place, bad, good, detail] = names.map((name) => columnOf(result, name)) as [number, number, number, number, number, number]
  const all = result.rows.map((row) => ({
    name: String(row[place] ?? 'not located'),
    at: [row[lon] ?? NaN, row[lat] ?? NaN].map(Number) as [number, number],
    failures: number(row[bad]),
    successes: number(row[good]),
    detail: row[detail] == null ? null : String(row[detail]),
  }))
  const located = (p: MapPlace) => p.at.every(Number.isFinite)
  return { places: all.filter(located), unplaced: all.filter((p) => !located(p)) }
}

/** Area follows the count; a single event can still be hit with the pointer. */
export function sizes(place: MapPlace, most: number): { ring: number; core: number } {
  const size = (n: number) => (n ? 8 + 30 * Math.sqrt(n / most) : 0)
  const ring = size(place.failures)
  const core = size(place.successes)
  // A core that would cover its ring is drawn a little smaller than the ring; the figures are in the words.
  return { ring, core: ring && core >= ring - 5 ? Math.max(4, ring - 6) : core }
}
