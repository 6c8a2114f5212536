// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import { parseMarkdown, parseStrong, type Inline } from './markdown'

const inline = (source: string): Inline[] => {
  const [piece] = parseMarkdown(source)
  return piece?.kind === 'paragraph' ? piece.children : []
}

test('headings, lists, code and emphasis', () => {
  expect(parseMarkdown('# Keys\n\n- one\n- **two**\n\n```\nx < y\n```')).toEqual([
    { kind: 'heading', level: 1, children: [{ kind: 'text', text: 'Keys' }] },
    {
      kind: 'list',
      ordered: false,
      items: [
        [{ kind: 'paragraph', children: [{ kind: 'text', text: 'one' }] }],
        [{ kind: 'paragraph', children: [{ kind: 'strong', children: [{ kind: 'text', text: 'two' }] }] }],
      ],
    },
    { kind: 'code', text: 'x < y' },
  ])
})

test('only places of the page can be followed', () => {
  expect(inline('[logons](#/logons)')).toEqual([{ kind: 'link', href: '#/logons', children: [{ kind: 'text', text: 'logons' }] }])
  for (const href of ['https://example.org', 'javascript:alert(1)', 'data:text/html,x', '//example.org']) {
    expect(inline(`[x](${href})`).every((part) => part.kind !== 'link')).toBe(true)
  }
})

test('HTML and images are the words they were written as', () => {
  const shown = JSON.stringify(parseMarkdown('<script>alert(1)</script>\n\na <b onclick=x>b</b> ![pic](http://x/y.png)'))
  expect(shown).toContain('<script>alert(1)</script>')
  expect(shown).toContain('<b onclick=x>')
  expect(shown).toContain('![pic](http://x/y.png)')
  expect(shown).not.toContain('"kind":"html"')
})

test('strong parts of a finding', () => {
  expect(parseStrong('**root** failed **9** times')).toEqual([
    { text: 'root', strong: true },
    { text: ' failed ', strong: false },
    { text: '9', strong: true },
    { text: ' times', strong: false },
  ])
  expect(parseStrong('an odd ** star')).toEqual([
    { text: 'an odd ', strong: false },
    { text: ' star', strong: false },
  ])
})
