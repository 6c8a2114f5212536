// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Evidence on its way out. Whoever wrote the log may have written escape sequences for the analyst's
// terminal, text that runs right to left, or a byte that is no UTF-8. Nothing below interprets; everything
// below makes such bytes visible.
#pragma once

#include "base/str.h"

// Worst growth of one input byte in escape_terminal() and escape_json().
enum { ESCAPE_TERMINAL_MAX = 8, ESCAPE_JSON_MAX = 6 };

// Writes `s` for a terminal: control characters (C0, DEL, C1 also when written as UTF-8), broken UTF-8,
// bidirectional controls, and zero-width characters become visible: \n \t \x1b \xff <U+202E>. Nothing else
// changes. Terminates; cuts at a whole escape when `size` is too small. Returns the bytes written.
size_t escape_terminal(struct str s, char *ret, size_t size);

// Writes `s` as the inside of a JSON string (without the quotes): valid UTF-8; `<`, `>` and `&` as \u escapes so
// that it can stand in a script element, and all that escape_terminal() makes visible so that it can stand on
// a terminal; each byte that is no UTF-8 becomes U+FFFD.
// `ret` has room for ESCAPE_JSON_MAX * s.n bytes. Not terminated. Returns the bytes written.
size_t escape_json(struct str s, char *ret);

// Bytes of the UTF-8 character at the front of `s` (1 to 4) and its code point, or 0 when the first byte
// does not begin a well-formed one (overlong forms, surrogates and values over 10FFFF are not).
size_t utf8_decode(struct str s, uint32_t *ret_code);

// Characters that change what a reader sees without being seen: bidirectional controls, zero-width ones, and spaces
// that are not the one everybody types. With them two names can look the same.
bool utf8_is_deceptive(uint32_t code);

// Whether all of `s` is well-formed UTF-8 and holds no NUL.
bool utf8_valid(struct str s);

// Copies `s` as valid UTF-8: bad bytes become `\xNN`, NUL becomes `\0`. `ret` has room for 4 * s.n bytes.
// Returns the bytes written.
size_t utf8_clean(struct str s, char *ret);
