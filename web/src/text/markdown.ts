// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Notebook text without HTML: marked cuts it into tokens, and this turns the few kinds we show into a plain tree that
// Markdown.svelte walks. Everything else, raw HTML first of all, becomes the text it was written as.

import { lexer, type Token, type Tokens } from 'marked'

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'em' | 'strong' | 'del'; children: Inline[] }
  | { kind: 'link'; href: string; children: Inline[] }
  | { kind: 'break' }

export type Piece =
  | { kind: 'heading'; level: number; children: Inline[] }
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'quote'; pieces: Piece[] }
  | { kind: 'list'; ordered: boolean; items: Piece[][] }
  | { kind: 'rule' }

export const parseMarkdown = (source: string): Piece[] => lexer(source).flatMap(readPiece)

function readPiece(token: Token): Piece[] {
  switch (token.type) {
    case 'space':
    case 'def':
      return []
    case 'heading':
      return [{ kind: 'heading', level: (token as Tokens.Heading).depth, children: readInline(token.tokens) }]
    case 'code':
      return [{ kind: 'code', text: (token as Tokens.Code).text }]
    case 'blockquote':
      return [{ kind: 'quote', pieces: (token.tokens ?? []).flatMap(readPiece) }]
    case 'list': {
      const { ordered, items } = token as Tokens.List
      return [{ kind: 'list', ordered, items: items.map((item) => item.tokens.flatMap(readPiece)) }]
    }
    case 'hr':
      return [{ kind: 'rule' }]
    case 'paragraph':
    case 'text':
      return [{ kind: 'paragraph', children: token.tokens ? readInline(token.tokens) : [asText(token)] }]
    default:
      return [{ kind: 'paragraph', children: [asText(token)] }]
  }
}

const asText = (token: Token): Inline => ({ kind: 'text', text: token.raw.trimEnd() })

const readInline = (tokens: Token[] = []): Inline[] => tokens.map(readOne)

function readOne(token: Token): Inline {
  switch (token.type) {
    case 'text':
      return token.tokens?.length ? { kind: 'em', children: readInline(token.tokens) } : { kind: 'text', text: plain(token) }
    case 'escape':
      return { kind: 'text', text: plain(token) }
    case 'codespan':
      return { kind: 'code', text: plain(token) }
    case 'em':
    case 'strong':
    case 'del':
      return { kind: token.type, children: readInline(token.tokens) }
    case 'br':
      return { kind: 'break' }
    case 'link':
      return readLink(token as Tokens.Link)
    default:
      return { kind: 'text', text: token.raw }
  }
}

const plain = (token: Token) => (token as Tokens.Text).text

/** Only places of this page can be followed; any other address is shown as the words it is. */
function readLink(token: Tokens.Link): Inline {
  if (token.href.startsWith('#/')) return { kind: 'link', href: token.href, children: readInline(token.tokens) }
  return { kind: 'text', text: token.text === token.href ? token.href : `${token.text} (${token.href})` }
}

/** The parts between `**` are strong; nothing else is read into a finding's words. */
export function parseStrong(text: string): { text: string; strong: boolean }[] {
  return text
    .split('**')
    .map((part, i, parts) => ({ text: part, strong: i % 2 === 1 && i < parts.length - 1 }))
    .filter((part) => part.text !== '')
}
