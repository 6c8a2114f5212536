// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The outlines of countries on a flat map.

/** A ring that crosses the date line goes on beyond 180° instead of running back around the world. */
export function unwrap(ring: number[][]): number[][] {
  let turn = 0
  return ring.map(([lon = 0, lat = 0], i) => {
    const step = i ? lon - ring[i - 1]![0]! : 0
    if (Math.abs(step) > 180) turn -= Math.sign(step) * 360
    return [lon + turn, lat]
  })
}
