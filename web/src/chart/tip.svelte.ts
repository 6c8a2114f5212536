// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the tooltip says now, and where.

export type TipLine = string | [name: string, value: string]

class Tip {
  x = $state(0)
  y = $state(0)
  lines = $state.raw<TipLine[]>([])

  show(x: number, y: number, lines: TipLine[]) {
    this.x = x
    this.y = y
    this.lines = lines
  }

  hide() {
    if (this.lines.length) this.lines = []
  }
}

export const tip = new Tip()
