// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Evidence for the eye. Bidirectional controls, zero-width characters, odd spaces and control characters change what a
// reader sees without being seen, so they are written out: <U+202E>, \x1b. The same list as in src/base/escape.c. Only
// for what is drawn: what is asked for keeps its bytes.

const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu

const written = (c: string) => {
  const code = c.codePointAt(0)!
  return code < 0xa0 ? `\\x${code.toString(16).padStart(2, '0')}` : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

export const visible = (text: string) => text.replace(UNSEEN, written)
