// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The SQL editor. It lives in a shadow root: only there does CodeMirror bring its styles as constructable style
// sheets, which the page's policy allows; in the document it would write a <style> element, which it does not.

import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { PostgreSQL, sql } from '@codemirror/lang-sql'
import { HighlightStyle, bracketMatching, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState } from '@codemirror/state'
import { EditorView, drawSelection, keymap, placeholder } from '@codemirror/view'
import { tags } from '@lezer/highlight'

export type Schema = Record<string, string[]>

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good-ink)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn-ink)' },
  { tag: tags.comment, color: 'var(--grey)' },
])

const look = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'var(--ink)', fontSize: '12.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-content': { fontFamily: 'var(--mono)', caretColor: 'var(--ink)', padding: '8px 0' },
  '.cm-line': { padding: '0 12px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-placeholder': { color: 'var(--grey)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 25%, transparent)',
  },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', border: '1px solid var(--hairline)', color: 'var(--ink)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--panel)' },
})

export interface SqlEditor {
  setSchema: (schema: Schema) => void
  showError: (from: number) => void
  destroy: () => void
}

export function makeEditor(parent: HTMLElement, text: string, on: { change: (text: string) => void; run: () => void }): SqlEditor {
  const language = new Compartment()
  const run = () => {
    on.run()
    return true
  }
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' })
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([{ key: 'Ctrl-Enter', mac: 'Cmd-Enter', run }]),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        history(),
        drawSelection(),
        bracketMatching(),
        autocompletion({ icons: false }),
        language.of(sql({ dialect: PostgreSQL })),
        syntaxHighlighting(colors),
        look,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'SQL', spellcheck: 'false' }),
        placeholder('select ts, user_name, outcome from logon where ts between $from and $to'),
        EditorView.updateListener.of((update) => update.docChanged && on.change(update.state.doc.toString())),
      ],
    }),
  })
  return {
    setSchema: (schema) => view.dispatch({ effects: language.reconfigure(sql({ dialect: PostgreSQL, schema })) }),
    showError(from) {
      const head = Math.min(from, view.state.doc.length)
      view.dispatch({ selection: { anchor: head }, scrollIntoView: true })
      view.focus()
    },
    destroy: () => view.destroy(),
  }
}
