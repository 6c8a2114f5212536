// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Which kind of archive a stream is, by its first bytes alone. libarchive tells it, too, but by bidding: it takes a
// text for an mtree and asks for more than the first bytes.
#include "source/expand.h"

static bool is_octal(struct str s) {
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '7')
            digits++;
        else if (s.p[i] != ' ' && s.p[i] != '\0')
            return false;
    return digits > 0;
}

// The sum of the header says it, with or without a magic word. Old programs summed signed bytes.
static bool is_tar(struct str head) {
    if (head.n < 512 || !is_octal((struct str){head.p + 148, 8}) || !head.p[0])
        return false;
    long wanted = 0, sum = 0, signed_sum = 0;
    for (int i = 148; i < 156; i++)
        if (head.p[i] >= '0' && head.p[i] <= '7')
            wanted = wanted * 8 + (head.p[i] - '0');
    for (int i = 0; i < 512; i++) {
        char c = i >= 148 && i < 156 ? ' ' : head.p[i];
        sum += (unsigned char)c;
        signed_sum += (signed char)c;
    }
    return wanted == sum || wanted == signed_sum;
}

// Text headers: digits all along. (The binary kind has two bytes to go by, which is too few.)
static bool is_cpio(struct str head) {
    bool new = str_starts(head, S("070701")) || str_starts(head, S("070702"));
    size_t digits = new ? 110 : 76;
    if (!new && !str_starts(head, S("070707")))
        return false;
    if (head.n < digits)
        return false;
    for (size_t i = 6; i < digits; i++) {
        char c = head.p[i];
        bool octal = c >= '0' && c <= '7';
        if (!octal && !(new && ((c >= '8' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f'))))
            return false;
    }
    return true;
}

// Programs and documents come as zip files too, and hold no logs.
static bool is_zip(struct str head) {
    static const char *const others[] = {"META-INF/", "[Content_Types].xml", "mimetype", "AndroidManifest.xml",
                                         "_rels/"};
    if (str_starts(head, S("PK\5\6")) && head.n >= 22)
        return true;
    if (!str_starts(head, S("PK\3\4")) || head.n < 31)
        return str_starts(head, S("PK\7\10PK\3\4"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_starts(str_skip(head, 30), str_of(others[i])))
            return false;
    return true;
}

static bool is_7z(struct str head) {
    return str_starts(head, S("7z\xbc\xaf\x27\x1c"));
}

const char *source_archive_kind(struct str head) {
    static const struct {
        const char *name;
        bool (*match)(struct str head);
    } kinds[] = {{"zip", is_zip}, {"7z", is_7z}, {"cpio", is_cpio}, {"tar", is_tar}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].match(head))
            return kinds[i].name;
    return NULL;
}
