// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The keys of the page. Nothing here fires while someone types; Escape always does.

export interface Key {
  keys: string
  words: string
}

export const HELP: { title: string; keys: Key[] }[] = [
  {
    title: 'Go',
    keys: [
      { keys: '/', words: 'search every line' },
      { keys: '1 … 9', words: 'section by its place in the list' },
      { keys: 'g then a letter', words: 'section by its first letter: g l for Logons' },
      { keys: 'Esc', words: 'close what is open' },
    ],
  },
  {
    title: 'Tables and lists',
    keys: [
      { keys: 'j  k', words: 'next row, row before' },
      { keys: 'Home  End', words: 'first row, last row' },
      { keys: 'Enter', words: 'open the raw lines around the row' },
    ],
  },
  {
    title: 'Time',
    keys: [
      { keys: 'r', words: 'type a time range' },
      { keys: '[  ]', words: 'zoom before, zoom after' },
      { keys: '+  −  ←  →', words: 'in a timeline: zoom in and out, move' },
      { keys: '0', words: 'in a timeline: show all of the range' },
    ],
  },
  {
    title: 'Page',
    keys: [
      { keys: 't', words: 'theme: system, light, dark' },
      { keys: 'Ctrl Enter', words: 'in an SQL cell: run it' },
      { keys: '?', words: 'this help' },
    ],
  },
]

export interface Actions {
  search(): void
  range(): void
  help(): void
  theme(): void
  close(): void
  zoom(direction: -1 | 1): void
  row(step: -1 | 1): void
  sectionAt(index: number): void
  sectionBy(letter: string): void
}

const types = (target: EventTarget | undefined) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

export function bindKeys(actions: Actions): (event: KeyboardEvent) => void {
  const table: Record<string, () => void> = {
    '/': actions.search,
    '?': actions.help,
    t: actions.theme,
    r: actions.range,
    '[': () => actions.zoom(-1),
    ']': () => actions.zoom(1),
    j: () => actions.row(1),
    k: () => actions.row(-1),
  }
  let afterG = 0
  return (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape') return actions.close()
    if (types(event.composedPath()[0])) return // the first of the path: the editor is in a shadow root
    const second = Date.now() - afterG < 1500
    afterG = 0
    if (second && /^[a-z]$/.test(event.key)) actions.sectionBy(event.key)
    else if (event.key === 'g') afterG = Date.now()
    else if (/^[1-9]$/.test(event.key)) actions.sectionAt(Number(event.key) - 1)
    else if (Object.hasOwn(table, event.key)) table[event.key]!()
    else return
    event.preventDefault()
  }
}
