// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Real files, made on the fly: whole, cut, damaged, in every compression; and the odd objects a folder may hold.
#include "base/limits.h"
#include "record/vocabulary.h"
#include "source/source.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
// cmocka wants the headers above
#include <cmocka.h>

// ---- Making files ----

static char folder[64];

static const char *in_folder(const char *name) {
    static char path[8][600];
    static int turn;
    char *p = path[turn++ % 8];
    snprintf(p, sizeof path[0], "%s/%s", folder, name);
    return p;
}

static const char *write_file(const char *name, struct str bytes) {
    const char *path = in_folder(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
    fclose(f);
    return path;
}

// Lines that do not compress too well: an address and a port that keep changing.
static struct buffer make_text(size_t lines) {
    struct buffer b = {0};
    uint32_t x = 7;
    for (size_t i = 0; i < lines; i++) {
        x = x * 1664525u + 1013904223u;
        buffer_print(
            &b, "Mar  4 05:%02zu:%02zu web-01 sshd[%u]: Failed password for root from 198.51.100.%u port %u ssh2\n",
            i / 60 % 60, i % 60, x >> 17, x >> 24, x >> 16);
    }
    return b;
}

static size_t pack_gzip(struct str s, char *out, size_t room) {
    z_stream z = {0};
    deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (Bytef *)s.p, z.avail_in = (uInt)s.n, z.next_out = (Bytef *)out, z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

static size_t pack_xz(struct str s, char *out, size_t room) {
    size_t n = 0;
    assert_int_equal(
        lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)s.p, s.n, (uint8_t *)out, &n, room),
        LZMA_OK);
    return n;
}

static size_t pack_zstd(struct str s, char *out, size_t room) {
    ZSTD_CCtx *zstd = ZSTD_createCCtx(); // with a checksum, as the command line does
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    size_t n = ZSTD_compress2(zstd, out, room, s.p, s.n);
    ZSTD_freeCCtx(zstd);
    return n;
}

static size_t pack_bzip2(struct str s, char *out, size_t room) {
    unsigned int n = (unsigned int)room;
    assert_int_equal(BZ2_bzBuffToBuffCompress(out, &n, (char *)s.p, (unsigned int)s.n, 1, 0, 0), BZ_OK);
    return n;
}

static size_t pack_lz4(struct str s, char *out, size_t room) {
    LZ4F_preferences_t checked = {.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled};
    return LZ4F_compressFrame(out, room, s.p, s.n, &checked);
}

static const struct packer {
    const char *name;
    size_t (*pack)(struct str s, char *out, size_t room);
    size_t block; // text lost at most in front of a cut; one block of this kind
} PACKERS[] = {
    {"gzip", pack_gzip, 4 << 10},     {"xz", pack_xz, 64 << 10},   {"zstd", pack_zstd, 129 << 10},
    {"bzip2", pack_bzip2, 101 << 10}, {"lz4", pack_lz4, 65 << 10},
};
#define EACH_PACKER(p) (const struct packer *p = PACKERS; p < PACKERS + sizeof PACKERS / sizeof *PACKERS; p++)

static void add_packed(struct buffer *b, const struct packer *p, struct str text) {
    size_t room = text.n + text.n / 50 + 4096;
    b->n += p->pack(text, buffer_room(b, room), room);
}

// ---- Reading them ----

struct reading {
    struct buffer text;
    enum status status;
    int fault;
    struct str container;
    struct error error;
    uint64_t consumed;
};

static struct reading read_all(const char *path, size_t chunk) {
    struct reading o = {.fault = ANOMALY_COUNT};
    struct source *s;
    struct source_item item = {.path = str_of(path)};
    error_clear(&o.error);
    o.status = source_open(&item, &s, &o.error);
    if (o.status != OK)
        return o;
    size_t n;
    while ((o.status = source_read(s, buffer_room(&o.text, chunk), chunk, &n, &o.error)) == OK) {
        assert_true(n > 0 && n <= chunk);
        o.text.n += n;
    }
    struct error again;
    error_clear(&again);
    assert_int_equal(source_read(s, buffer_room(&o.text, chunk), chunk, &n, &again), o.status);
    assert_int_equal(n, 0);
    assert_string_equal(again.text, o.status == END ? "" : o.error.text);
    o.fault = source_fault(s);
    o.container = source_container(s);
    o.consumed = source_consumed(s);
    source_close(s);
    return o;
}

static void assert_text(const struct reading *o, struct str want) {
    assert_int_equal(o->text.n, want.n);
    if (want.n)
        assert_memory_equal(o->text.p, want.p, want.n);
}

static void assert_says(const struct error *e, const char *words) {
    if (!strstr(e->text, words))
        fail_msg("'%s' does not say '%s'", e->text, words);
}

static void plain_files_come_as_they_are(void **state) {
    (void)state;
    struct buffer text = make_text(2000);
    size_t sizes[] = {0, 1, 9, 10, 11, text.n};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t chunk = 1; chunk <= LIMIT_READ_BLOCK; chunk *= 32) {
            struct str want = str_head(buffer_str(&text), sizes[i]);
            struct reading o = read_all(write_file("plain.gz", want), chunk); // the name means nothing
            assert_int_equal(o.status, END);
            assert_text(&o, want);
            assert_null(o.container.p);
            assert_int_equal(o.consumed, want.n);
            buffer_done(&o.text);
        }
    buffer_done(&text);
}

static void what_only_starts_like_a_magic_is_text(void **state) {
    (void)state;
    struct str heads[] = {S("\x1f\x8b"), S("BZh9 is a name\n"), S("BZh"), S("BZ"),
                          S("\3757zX"),  S("\x28\xb5\x2f"),     S("P*M")};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct reading o = read_all(write_file("head", heads[i]), 100);
        assert_int_equal(o.status, END);
        assert_text(&o, heads[i]);
        buffer_done(&o.text);
    }
}

static void every_compression_is_undone(void **state) {
    (void)state;
    struct buffer text = make_text(20000);
    for
        EACH_PACKER(p) {
            struct buffer stored = {0};
            add_packed(&stored, p, buffer_str(&text));
            const char *path = write_file("packed.log", buffer_str(&stored));
            for (size_t chunk = 7; chunk <= LIMIT_READ_BLOCK; chunk *= 23) {
                struct reading o = read_all(path, chunk);
                assert_int_equal(o.status, END);
                assert_text(&o, buffer_str(&text));
                assert_string_equal(o.container.p, p->name);
                assert_int_equal(o.consumed, stored.n);
                assert_int_equal(o.fault, ANOMALY_COUNT);
                buffer_done(&o.text);
            }
            buffer_done(&stored);
        }
    buffer_done(&text);
}

// rotated logs joined with `cat`, an empty member among them, and the zeros a tape adds
static void members_in_a_row_are_one_stream(void **state) {
    (void)state;
    struct buffer text = make_text(3000);
    for
        EACH_PACKER(p) {
            struct buffer stored = {0}, want = {0};
            for (int i = 0; i < 3; i++) {
                add_packed(&stored, p, i == 1 ? S("") : buffer_str(&text));
                buffer_add(&want, i == 1 ? S("") : buffer_str(&text));
            }
            static const char zeros[1024];
            buffer_add(&stored, (struct str){zeros, sizeof zeros});
            struct reading o = read_all(write_file("many", buffer_str(&stored)), 4096);
            assert_int_equal(o.status, END);
            assert_text(&o, buffer_str(&want));
            buffer_done(&o.text), buffer_done(&stored), buffer_done(&want);
        }
    buffer_done(&text);
}

static void a_cut_stream_gives_all_before_the_cut(void **state) {
    (void)state;
    enum { PLACES = 20 };
    struct buffer text = make_text(20000);
    for
        EACH_PACKER(p) {
            struct buffer stored = {0};
            add_packed(&stored, p, buffer_str(&text));
            for (size_t i = 0; i < PLACES; i++) {
                size_t cut = i == 0 ? 10 : stored.n * i / PLACES;
                struct reading o = read_all(write_file("cut.gz", str_head(buffer_str(&stored), cut)), 100000);
                assert_int_equal(o.status, FAIL);
                assert_int_equal(o.fault, ANOMALY_TRUNCATED);
                assert_true(o.text.n < text.n);
                if (o.text.n)
                    assert_memory_equal(o.text.p, text.p, o.text.n);
                // the text is alike all through, so as much of it as of the file
                assert_true(o.text.n + p->block + text.n / 100 >= text.n / PLACES * i);
                assert_int_equal(o.error.offset, o.text.n);
                char at[64];
                snprintf(at, sizeof at, "at byte %zu of the file", cut);
                assert_says(&o.error, at);
                assert_says(&o.error, "cut.gz'");
                assert_says(&o.error, p->name);
                buffer_done(&o.text);
            }
            buffer_done(&stored);
        }
    buffer_done(&text);
}

// A changed byte is either noticed or changes nothing (a time in a header).
static void damage_is_told(void **state) {
    (void)state;
    struct buffer text = make_text(1500);
    for
        EACH_PACKER(p) {
            struct buffer stored = {0};
            add_packed(&stored, p, buffer_str(&text));
            size_t told = 0;
            for (size_t at = p->pack == pack_bzip2 ? 10 : 6; at < stored.n; at += stored.n / 97) {
                stored.p[at] ^= 0x41;
                struct reading o = read_all(write_file("damaged", buffer_str(&stored)), 5000);
                stored.p[at] ^= 0x41;
                assert_true(o.status == FAIL || o.status == END);
                if (o.status == END)
                    assert_text(&o, buffer_str(&text));
                else
                    assert_true(o.fault != ANOMALY_COUNT && o.error.text[0]);
                told += o.status == FAIL;
                buffer_done(&o.text);
            }
            assert_true(told > 85);
            buffer_done(&stored);
        }
    buffer_done(&text);
}

static void what_follows_the_last_member_is_told(void **state) {
    (void)state;
    struct buffer text = make_text(3000);
    for
        EACH_PACKER(p) {
            struct buffer stored = {0};
            add_packed(&stored, p, buffer_str(&text));
            size_t end = stored.n;
            buffer_add(&stored, S("a line somebody added later\n"));
            struct reading o = read_all(write_file("behind", buffer_str(&stored)), 9999);
            assert_int_equal(o.status, FAIL);
            assert_int_equal(o.fault, ANOMALY_DAMAGED);
            assert_text(&o, buffer_str(&text));
            char at[64];
            snprintf(at, sizeof at, "which was not read, at byte %zu", end);
            assert_says(&o.error, at);
            buffer_done(&o.text), buffer_done(&stored);
        }
    buffer_done(&text);
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void a_bomb_is_stopped(void **state) {
    (void)state;
    enum { BLOWN = 160 << 20 };
    char *zeros = calloc(1, BLOWN), *block = malloc(LIMIT_READ_BLOCK);
    for
        EACH_PACKER(p) {
            struct buffer stored = {0};
            add_packed(&stored, p, (struct str){zeros, BLOWN});
            const char *path = write_file("bomb", buffer_str(&stored));
            bool harmless = BLOWN / stored.n <= LIMIT_INFLATE_RATIO; // lz4 cannot
            struct source_item item = {.path = str_of(path)};
            struct source *s;
            struct error error;
            error_clear(&error);
            assert_int_equal(source_open(&item, &s, &error), OK);
            uint64_t given = 0;
            size_t n;
            enum status status;
            double start = seconds();
            while ((status = source_read(s, block, LIMIT_READ_BLOCK, &n, &error)) == OK)
                given += n;
            assert_true(seconds() - start < 4);
            if (harmless) {
                assert_int_equal(status, END);
            } else {
                assert_int_equal(status, FAIL);
                assert_int_equal(source_fault(s), ANOMALY_BOMB);
                assert_true(given > LIMIT_INFLATE_FREE && given <= LIMIT_INFLATE_FREE + 2 * LIMIT_READ_BLOCK);
                assert_says(&error, "bomb");
            }
            source_close(s);
            buffer_done(&stored);
        }
    unlink(in_folder("bomb"));
    free(zeros), free(block);
}

static void a_window_beyond_memory_is_refused(void **state) {
    (void)state;
    // a frame header alone: single segment off, window descriptor for 2 TiB
    struct reading o = read_all(write_file("window", S("\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00\x00\x00\x00\x00")), 100);
    assert_int_equal(o.status, FAIL);
    assert_int_equal(o.fault, ANOMALY_BOMB);
    assert_says(&o.error, "256 MiB");
    buffer_done(&o.text);
}

static void standard_input_is_unpacked_too(void **state) {
    (void)state;
    struct buffer text = make_text(300), stored = {0};
    add_packed(&stored, &PACKERS[0], buffer_str(&text));
    int ends[2], keep = dup(STDIN_FILENO);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0); // an empty pipe must be waited for
    assert_true(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    if (fork() == 0) {
        for (size_t i = 0; i < stored.n; i += 1000) {
            struct str part = str_head(str_skip(buffer_str(&stored), i), 1000);
            usleep(2000);
            if (write(ends[1], part.p, part.n) != (ssize_t)part.n)
                _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    struct reading o = read_all("-", 65536);
    assert_int_equal(o.status, END);
    assert_text(&o, buffer_str(&text));
    assert_string_equal(o.container.p, "gzip");
    dup2(keep, STDIN_FILENO);
    close(keep), close(ends[0]);
    buffer_done(&o.text), buffer_done(&stored), buffer_done(&text);
}

static void a_file_that_changes_ends_where_it_ends(void **state) {
    (void)state;
    struct buffer text = make_text(1000);
    const char *path = write_file("changing", buffer_str(&text));
    struct source_item item = {.path = str_of(path)};
    struct source *s;
    char block[4096];
    size_t n;
    assert_int_equal(source_open(&item, &s, NULL), OK);
    assert_int_equal(source_read(s, block, sizeof block, &n, NULL), OK);
    assert_int_equal(truncate(path, 100), 0);
    struct error error;
    error_clear(&error);
    assert_int_equal(source_read(s, block, sizeof block, &n, &error), FAIL);
    assert_says(&error, "became shorter while it was read: it ends at byte 4096");
    assert_int_equal(source_fault(s), ANOMALY_TRUNCATED);
    source_close(s);
    assert_int_equal(source_open(&item, &s, NULL), OK);
    assert_int_equal(source_read(s, block, 50, &n, NULL), OK);
    int fd = open(path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "more\n", 5), 5);
    close(fd);
    assert_int_equal(source_read(s, block, sizeof block, &n, NULL), OK);
    assert_int_equal(n, 55);
    source_close(s);
    buffer_done(&text);
}

static void evidence_is_left_untouched(void **state) {
    (void)state;
    struct buffer text = make_text(1000), stored = {0};
    add_packed(&stored, &PACKERS[0], buffer_str(&text));
    const char *path = write_file("untouched", buffer_str(&stored));
    // an access time before the modification time is the one that the kernel renews on any read
    struct timespec times[2] = {{.tv_sec = 1000000}, {.tv_sec = 2000000}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, folder, times, 0), 0);
    struct stat before, after, before_folder, after_folder;
    stat(path, &before), stat(folder, &before_folder);
    struct arena arena = {0};
    source_items items = {0};
    source_troubles troubles = {0};
    char *names[] = {folder};
    assert_int_equal(source_walk(names, 1, &arena, &items, &troubles, NULL), OK);
    struct reading o = read_all(path, 4096);
    assert_int_equal(o.status, END);
    stat(path, &after), stat(folder, &after_folder);
    assert_memory_equal(&before, &after, sizeof before);
    assert_memory_equal(&before_folder, &after_folder, sizeof before);
    arena_done(&arena), VEC_DONE(&items), VEC_DONE(&troubles);
    buffer_done(&o.text), buffer_done(&text), buffer_done(&stored);
}

// ---- Walking ----

struct walked {
    struct arena arena;
    source_items items;
    source_troubles troubles;
    struct error error;
    enum status status;
};

static struct walked *walk(char *const *names, size_t n) {
    struct walked *w = must_zero(1, sizeof *w);
    error_clear(&w->error);
    double start = seconds();
    w->status = source_walk(names, n, &w->arena, &w->items, &w->troubles, &w->error);
    assert_true(seconds() - start < 2);
    return w;
}

static void walked_free(struct walked *w) {
    arena_done(&w->arena);
    VEC_DONE(&w->items);
    VEC_DONE(&w->troubles);
    free(w);
}

static const struct source_trouble *trouble_of(const struct walked *w, const char *name) {
    const char *path = in_folder(name);
    for (size_t i = 0; i < w->troubles.n; i++)
        if (str_eq(w->troubles.at[i].path, str_of(path)))
            return &w->troubles.at[i];
    return NULL;
}

static const struct source_item *item_of(const struct walked *w, const char *name) {
    const char *path = in_folder(name);
    for (size_t i = 0; i < w->items.n; i++)
        if (str_eq(w->items.at[i].path, str_of(path)))
            return &w->items.at[i];
    return NULL;
}

static void make_socket(const char *path) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    close(fd);
}

static void make_sparse(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    // where the file system cannot hold a tebibyte, what it can hold
    off_t size = (off_t)1 << 40;
    while (ftruncate(fd, size) != 0)
        size /= 2;
    close(fd);
}

static const char *const STRANGE_NAMES[] = {
    "odd/new\nline", "odd/\x1b[31mred", "odd/%s%n%x", "odd/\xff\xfe not UTF-8", "odd/ blank ", "odd/'quoted'", "odd/-",
};

static void make_odd_folder(void) {
    assert_int_equal(mkdir(in_folder("odd"), 0700), 0);
    assert_int_equal(mkdir(in_folder("odd/sub"), 0700), 0);
    write_file("odd/sub/auth.log", S("a\n"));
    assert_int_equal(mkfifo(in_folder("odd/fifo"), 0600), 0);
    make_socket(in_folder("odd/socket"));
    make_sparse(in_folder("odd/sparse"));
    for (size_t i = 0; i < sizeof STRANGE_NAMES / sizeof *STRANGE_NAMES; i++)
        write_file(STRANGE_NAMES[i], S("b\n"));
    assert_int_equal(link(in_folder("odd/sub/auth.log"), in_folder("odd/hard")), 0);
    assert_int_equal(symlink("sub/auth.log", in_folder("odd/inside")), 0);
    assert_int_equal(symlink("/sub/auth.log", in_folder("odd/from-root")), 0);
    assert_int_equal(symlink("/etc/passwd", in_folder("odd/outside")), 0);
    assert_int_equal(symlink("../../../../../../etc/passwd", in_folder("odd/above")), 0);
    assert_int_equal(symlink("nowhere", in_folder("odd/dangling")), 0);
    assert_int_equal(symlink("circle", in_folder("odd/circle")), 0);
    assert_int_equal(symlink("..", in_folder("odd/sub/loop")), 0);
    assert_int_equal(symlink("/dev/zero", in_folder("odd/zero")), 0);
}

static void odd_objects_are_named_and_nothing_hangs(void **state) {
    (void)state;
    make_odd_folder();
    char *names[] = {(char *)in_folder("odd"), (char *)in_folder("odd/sub"), (char *)in_folder("odd/sub/auth.log")};
    struct walked *w = walk(names, 3);
    assert_int_equal(w->status, OK);
    // 7 strange names, the sparse one, and one of auth.log's two names
    assert_int_equal(w->items.n, 9);
    for (size_t i = 0; i < sizeof STRANGE_NAMES / sizeof *STRANGE_NAMES; i++)
        assert_non_null(item_of(w, STRANGE_NAMES[i]));
    assert_non_null(item_of(w, "odd/hard"));
    assert_null(item_of(w, "odd/sub/auth.log"));
    assert_true(item_of(w, "odd/sparse")->size >= (int64_t)1 << 30);
    for (size_t i = 1; i < w->items.n; i++)
        assert_true(strcmp(w->items.at[i - 1].path.p, w->items.at[i].path.p) < 0);
    static const struct {
        const char *name, *words;
    } told[] = {
        {"odd/fifo", "pipe"},
        {"odd/socket", "socket"},
        {"odd/sub/auth.log", "the same file as"},
        {"odd/outside", "symbolic link out of"},
        {"odd/above", "symbolic link out of"},
        {"odd/dangling", "symbolic link out of"},
        {"odd/circle", "symbolic link out of"},
        {"odd/zero", "symbolic link out of"},
    };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        const struct source_trouble *t = trouble_of(w, told[i].name);
        assert_non_null(t);
        assert_non_null(strstr(t->reason.p, told[i].words));
        assert_false(t->failed);
    }
    assert_null(trouble_of(w, "odd/inside"));
    assert_null(trouble_of(w, "odd/from-root"));
    assert_null(trouble_of(w, "odd/sub/loop"));
    assert_int_equal(w->troubles.n, sizeof told / sizeof *told);
    walked_free(w);
}

static void each_odd_thing_named_directly(void **state) {
    (void)state;
    static const struct {
        const char *path, *words;
    } refused[] = {
        {"fifo", "a pipe"},
        {"socket", "a socket"},
        {"/dev/zero", "a device"},
        {"missing", "no such file"},
        {"hard/below", "no such file"},
        {"circle", "round in a circle"},
        {"/proc", "the kernel's"},
        {"new\\nline-not", "no such file"},
        {"empty", "nothing to read in"},
    };
    mkdir(in_folder("odd/empty"), 0700);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char path[600];
        snprintf(path, sizeof path, "%s%s", refused[i].path[0] == '/' ? "" : in_folder("odd/"), refused[i].path);
        char *names[] = {path};
        struct walked *w = walk(names, 1);
        assert_int_equal(w->status, FAIL);
        assert_says(&w->error, refused[i].words);
        assert_says(&w->error, strrchr(refused[i].path, '\\') ? "line-not" : refused[i].path);
        walked_free(w);
    }
    rmdir(in_folder("odd/empty"));
    // what a folder holds besides does not matter when one path is a slip
    char *mixed[] = {(char *)in_folder("odd"), (char *)in_folder("odd/missing")};
    struct walked *w = walk(mixed, 2);
    assert_int_equal(w->status, FAIL);
    walked_free(w);
    // a link the user names is followed; a file of /proc ends
    char *links[] = {(char *)in_folder("odd/inside"), "/proc/self/status"};
    w = walk(links, 2);
    assert_int_equal(w->status, OK);
    assert_int_equal(w->items.n, 2);
    walked_free(w);
    struct reading o = read_all("/proc/self/status", 64);
    assert_int_equal(o.status, END);
    assert_true(o.text.n > 100);
    buffer_done(&o.text);
}

static void names_are_escaped_in_errors(void **state) {
    (void)state;
    struct reading o = read_all(in_folder("no\n\x1b[31m%s"), 10);
    assert_int_equal(o.status, FAIL);
    assert_int_equal(o.error.sys, ENOENT);
    assert_says(&o.error, "no\\n\\x1b[31m%s'");
    char deep[3000];
    memset(deep, 'x', sizeof deep);
    for (size_t i = 200; i < sizeof deep; i += 200)
        deep[i] = '/';
    deep[0] = '/';
    memcpy(deep + sizeof deep - 9, "/the-end", 9);
    o = read_all(deep, 10);
    assert_int_equal(o.status, FAIL);
    assert_says(&o.error, "no such file: '…");
    assert_says(&o.error, "/the-end'");
}

static void what_is_no_file_any_more_is_skipped(void **state) {
    (void)state;
    struct source *s;
    struct error error;
    struct source_item item = {.path = str_of(in_folder("odd/fifo"))};
    error_clear(&error);
    assert_int_equal(source_open(&item, &s, &error), SKIP);
    assert_null(s);
    assert_says(&error, "a pipe");
    item = (struct source_item){.path = str_of(in_folder("odd/hard")), .inode = 1};
    error_clear(&error);
    assert_int_equal(source_open(&item, &s, &error), SKIP);
    assert_says(&error, "replaced");
}

static void without_permission(void **state) {
    (void)state;
    write_file("secret", S("x"));
    chmod(in_folder("secret"), 0);
    chmod(folder, 0755);
    mkdir(in_folder("closed"), 0);
    bool root = geteuid() == 0;
    if (root && seteuid(65534) != 0)
        skip();
    struct reading o = read_all(in_folder("secret"), 10);
    char *names[] = {folder};
    struct walked *w = walk(names, 1);
    if (root && seteuid(0) != 0)
        fail();
    assert_int_equal(o.status, FAIL);
    assert_says(&o.error, "permission denied: '");
    assert_says(&o.error, "secret' (run as root, or copy it first)");
    assert_int_equal(w->status, OK);
    assert_true(trouble_of(w, "closed")->failed);
    assert_non_null(strstr(trouble_of(w, "closed")->reason.p, "permission denied (run as root"));
    walked_free(w);
    unlink(in_folder("secret")), rmdir(in_folder("closed"));
}

// one below, at, and one above
static void depth_is_bounded(void **state) {
    (void)state;
    int at = open(folder, O_RDONLY | O_DIRECTORY);
    for (int depth = 1; depth <= LIMIT_WALK_DEPTH + 1; depth++) {
        assert_int_equal(mkdirat(at, depth == 1 ? "deep" : "d", 0700), 0);
        int next = openat(at, depth == 1 ? "deep" : "d", O_RDONLY | O_DIRECTORY);
        close(at);
        at = next;
        if (depth >= LIMIT_WALK_DEPTH - 1)
            close(openat(at, "log", O_CREAT | O_WRONLY, 0600));
    }
    close(at);
    char *names[] = {folder};
    struct walked *w = walk(names, 1);
    size_t logs = 0, refused = 0;
    for (size_t i = 0; i < w->items.n; i++)
        logs += str_ends(w->items.at[i].path, S("/d/log"));
    for (size_t i = 0; i < w->troubles.n; i++)
        refused += strstr(w->troubles.at[i].reason.p, "64 folders deep") != NULL;
    assert_int_equal(logs, 2);
    assert_int_equal(refused, 1);
    walked_free(w);
}

static int begin(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/test-source-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int finish(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_files_come_as_they_are),
        cmocka_unit_test(what_only_starts_like_a_magic_is_text),
        cmocka_unit_test(every_compression_is_undone),
        cmocka_unit_test(members_in_a_row_are_one_stream),
        cmocka_unit_test(a_cut_stream_gives_all_before_the_cut),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(what_follows_the_last_member_is_told),
        cmocka_unit_test(a_bomb_is_stopped),
        cmocka_unit_test(a_window_beyond_memory_is_refused),
        cmocka_unit_test(standard_input_is_unpacked_too),
        cmocka_unit_test(a_file_that_changes_ends_where_it_ends),
        cmocka_unit_test(evidence_is_left_untouched),
        cmocka_unit_test(odd_objects_are_named_and_nothing_hangs),
        cmocka_unit_test(each_odd_thing_named_directly),
        cmocka_unit_test(names_are_escaped_in_errors),
        cmocka_unit_test(what_is_no_file_any_more_is_skipped),
        cmocka_unit_test(without_permission),
        cmocka_unit_test(depth_is_bounded),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
