// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Light, dark, or what the system says. Charts draw on canvas and cannot use CSS variables, so the colours in force
// are read from the style sheet here.

import { flushSync } from 'svelte'

export type ThemeChoice = 'system' | 'light' | 'dark'

const NAMES = ['page', 'panel', 'hairline', 'ink', 'grey', 'faint', 'accent', 'good', 'bad', 'warn', 'land', 'wash'] as const
export type Colors = Record<(typeof NAMES)[number], string>

const system = matchMedia('(prefers-color-scheme: dark)')

function readColors(): Colors {
  const style = getComputedStyle(document.documentElement)
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Colors
}

class Theme {
  choice = $state<ThemeChoice>((localStorage.getItem('lhx.theme') as ThemeChoice | null) ?? 'system')
  colors = $state.raw<Colors>({} as Colors)

  /** Paper is always light. */
  printing = false

  apply() {
    const dark = !this.printing && (this.choice === 'dark' || (this.choice === 'system' && system.matches))
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
    this.colors = readColors()
  }

  choose(choice: ThemeChoice) {
    this.choice = choice
    localStorage.setItem('lhx.theme', choice)
    this.apply()
  }

  print(printing: boolean) {
    this.printing = printing
    this.apply()
    flushSync() // charts are drawn anew before the page goes to paper
  }

  next() {
    const order: ThemeChoice[] = ['system', 'light', 'dark']
    this.choose(order[(order.indexOf(this.choice) + 1) % order.length]!)
  }
}

export const theme = new Theme()
system.addEventListener('change', () => theme.apply())
addEventListener('beforeprint', () => theme.print(true))
addEventListener('afterprint', () => theme.print(false))
