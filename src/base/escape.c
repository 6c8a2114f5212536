// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
#include "base/escape.h"

#include <stdio.h>

size_t utf8_decode(struct str s, uint32_t *ret_code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (s.n == 0)
        return 0;
    unsigned char c = (unsigned char)s.p[0];
    size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    if (n == 0 || n > s.n)
        return 0;
    uint32_t code = n == 1 ? c : c & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        unsigned char t = (unsigned char)s.p[i];
        if ((t & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (t & 0x3f);
    }
    if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    *ret_code = code;
    return n;
}

// Eight bytes at a time: true when none is NUL and none has its top bit set.
static bool is_plain8(const char *p) {
    uint64_t v;
    memcpy(&v, p, 8);
    return !((v | (v - 0x0101010101010101u)) & 0x8080808080808080u);
}

bool utf8_valid(struct str s) {
    uint32_t code;
    while (s.n) {
        if (s.n >= 8 && is_plain8(s.p)) {
            s = str_skip(s, 8);
            continue;
        }
        size_t n = utf8_decode(s, &code);
        if (n == 0 || code == 0)
            return false;
        s = str_skip(s, n);
    }
    return true;
}

size_t utf8_clean(struct str s, char *ret) {
    static const char hex[] = "0123456789abcdef";
    char *w = ret;
    uint32_t code;
    while (s.n) {
        size_t n = utf8_decode(s, &code);
        if (n == 0) {
            unsigned char c = (unsigned char)s.p[0];
            memcpy(w, (char[4]){'\\', 'x', hex[c >> 4], hex[c & 15]}, 4);
            w += 4, n = 1;
        } else if (code == 0) {
            memcpy(w, "\\0", 2);
            w += 2;
        } else {
            memcpy(w, s.p, n);
            w += n;
        }
        s = str_skip(s, n);
    }
    return (size_t)(w - ret);
}

// In order.
static const struct {
    uint32_t from, to;
} DECEPTIVE[] = {
    {0xa0, 0xa0},     {0xad, 0xad},     {0x34f, 0x34f},     {0x61c, 0x61c},     {0x115f, 0x1160},
    {0x1680, 0x1680}, {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x206f}, {0x2800, 0x2800}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

bool utf8_is_deceptive(uint32_t c) {
    for (size_t i = 0; i < sizeof DECEPTIVE / sizeof *DECEPTIVE && c >= DECEPTIVE[i].from; i++)
        if (c <= DECEPTIVE[i].to)
            return true;
    return false;
}

static int format_visible(struct str s, size_t n, uint32_t code, char out[16]) {
    if (n == 0)
        return snprintf(out, 16, "\\x%02x", (unsigned char)s.p[0]);
    if (code == '\n' || code == '\t' || code == '\r')
        return snprintf(out, 16, "\\%c", code == '\n' ? 'n' : code == '\t' ? 't' : 'r');
    if (code < 0x20 || (code >= 0x7f && code < 0xa0))
        return snprintf(out, 16, "\\x%02x", code);
    if (utf8_is_deceptive(code))
        return snprintf(out, 16, "<U+%04X>", code);
    memcpy(out, s.p, n);
    return (int)n;
}

size_t escape_terminal(struct str s, char *ret, size_t size) {
    size_t w = 0;
    while (s.n && size) {
        char out[16];
        uint32_t code = 0;
        size_t n = utf8_decode(s, &code);
        size_t m = (size_t)format_visible(s, n, code, out);
        if (w + m + 1 > size)
            break;
        memcpy(ret + w, out, m);
        w += m;
        s = str_skip(s, n ? n : 1);
    }
    if (size)
        ret[w] = '\0';
    return w;
}

static int format_json(uint32_t code, char out[16]) {
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *at = code && code < 0x80 ? strchr(from, (int)code) : NULL;
    if (at)
        return snprintf(out, 16, "\\%c", to[at - from]);
    if (code > 0xffff && utf8_is_deceptive(code))
        return snprintf(out, 16, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == '<' || code == '>' || code == '&' ||
        utf8_is_deceptive(code))
        return snprintf(out, 16, "\\u%04x", code);
    return 0;
}

size_t escape_json(struct str s, char *ret) {
    char *w = ret;
    while (s.n) {
        uint32_t code = 0xfffd;
        char out[16];
        size_t n = utf8_decode(s, &code);
        int m = n ? format_json(code, out) : snprintf(out, 8, "\\ufffd");
        if (m) {
            memcpy(w, out, (size_t)m);
            w += m;
        } else {
            memcpy(w, s.p, n);
            w += n;
        }
        s = str_skip(s, n ? n : 1);
    }
    return (size_t)(w - ret);
}
