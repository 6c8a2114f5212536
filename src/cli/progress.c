// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// All of this goes to standard error: standard output carries only the answer. The names of sources come
// from the evidence and are escaped.
#include "cli/progress.h"

#include "base/clock.h"
#include "base/escape.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const PHASES[] = {"reading", "locating", "deriving", "done", "failed"};

static double now_seconds(void) {
    return (double)clock_steady() / 1e6;
}

bool progress_style_of(const char *word, enum progress_style *ret) {
    static const char *const WORDS[] = {[PROGRESS_NONE] = "none", [PROGRESS_BAR] = "bar", [PROGRESS_JSON] = "json"};
    if (!word) {
        *ret = isatty(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_NONE;
        return true;
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strcmp(word, WORDS[i]) == 0) {
            *ret = (enum progress_style)i;
            return true;
        }
    return false;
}

void progress_begin(struct progress_meter *meter, enum progress_style style) {
    *meter = (struct progress_meter){.style = style};
    meter->began = meter->sampled = meter->shown = now_seconds();
    meter->now.seconds_left = -1;
}

// A rate over about two seconds, smoothed, so that the time left does not jump about.
static void reckon(struct progress_meter *m, double now) {
    double passed = now - m->sampled;
    struct progress *p = &m->now;
    if (passed >= 0.5) {
        double fresh = (double)(p->read.bytes - m->sampled_bytes) / passed;
        p->rate = p->rate > 0 ? p->rate * 0.7 + fresh * 0.3 : fresh;
        m->sampled = now;
        m->sampled_bytes = p->read.bytes;
    }
    if (p->rate <= 0 && now - m->began > 0.1)
        p->rate = (double)p->read.bytes / (now - m->began);
    p->seconds_left = -1;
    if (p->phase == PROGRESS_READING && p->rate > 0 && p->read.bytes_total >= p->read.bytes)
        p->seconds_left = (int64_t)((double)(p->read.bytes_total - p->read.bytes) / p->rate + 0.5);
}

static void print_bytes(char *ret, size_t size, double bytes) {
    static const char *const UNITS[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; bytes >= 999.5 && unit + 1 < sizeof UNITS / sizeof *UNITS; unit++)
        bytes /= 1000;
    snprintf(ret, size, unit && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, UNITS[unit]);
}

static int terminal_width(void) {
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

static void add_bar(struct buffer *line, double share) {
    enum { CELLS = 24 };
    int full = (int)(share * CELLS + 0.5);
    buffer_add_char(line, '[');
    for (int i = 0; i < CELLS; i++)
        buffer_add_char(line, i < full ? '#' : '.');
    buffer_print(line, "] %3.0f %%  ", share * 100);
}

// The last part of the line: as much of the name as fits, never half a character.
static void add_name(struct buffer *line, struct str name) {
    int room = terminal_width() - 1 - (int)line->n;
    char shown[256];
    if (room <= 0)
        return;
    size_t size = (size_t)room + 1 < sizeof shown ? (size_t)room + 1 : sizeof shown;
    buffer_add(line, (struct str){shown, escape_terminal(name, shown, size)});
}

static void add_reading(struct buffer *line, const struct progress *p) {
    char bytes[24], rate[24];
    double share = p->read.bytes_total ? (double)p->read.bytes / (double)p->read.bytes_total : 0;
    print_bytes(bytes, sizeof bytes, (double)p->read.bytes);
    print_bytes(rate, sizeof rate, p->rate);
    if (p->read.bytes_total)
        add_bar(line, share > 1 ? 1 : share);
    buffer_print(line, "%s  %s/s  ", bytes, rate);
    if (p->seconds_left >= 0)
        buffer_print(line, "%lld:%02lld left  ", (long long)p->seconds_left / 60, (long long)p->seconds_left % 60);
    add_name(line, p->read.source);
}

static void draw_bar(struct progress_meter *m) {
    struct buffer line = {0};
    if (m->now.phase == PROGRESS_READING)
        add_reading(&line, &m->now);
    else
        buffer_print(&line, "%s ...", PHASES[m->now.phase]);
    fprintf(stderr, "\r\033[K%.*s", STR_ARG(buffer_str(&line)));
    fflush(stderr);
    m->drawn = true;
    buffer_done(&line);
}

static void write_json(const struct progress *p) {
    struct buffer line = {0};
    buffer_print(&line, "{\"phase\":\"%s\",\"bytes\":%llu,\"bytes_total\":", PHASES[p->phase],
                 (unsigned long long)p->read.bytes);
    if (p->read.bytes_total)
        buffer_print(&line, "%llu", (unsigned long long)p->read.bytes_total);
    else
        buffer_add(&line, S("null"));
    buffer_print(&line, ",\"lines\":%llu,\"records\":%llu,\"sources\":%zu,\"sources_total\":%zu,\"rate\":%.0f",
                 (unsigned long long)p->read.lines, (unsigned long long)p->read.records, p->read.sources,
                 p->read.sources_total, p->rate);
    buffer_add(&line, S(",\"seconds_left\":"));
    if (p->seconds_left >= 0)
        buffer_print(&line, "%lld", (long long)p->seconds_left);
    else
        buffer_add(&line, S("null"));
    buffer_add(&line, S(",\"source\":"));
    buffer_add_json(&line, p->read.source);
    buffer_add(&line, S("}\n"));
    fwrite(line.p, 1, line.n, stderr);
    buffer_done(&line);
}

void progress_update(struct progress_meter *m, enum progress_phase phase, const struct ingest_progress *read) {
    static const double EVERY[] = {[PROGRESS_NONE] = 1e9, [PROGRESS_BAR] = 0.1, [PROGRESS_JSON] = 1.0};
    double now = now_seconds();
    bool turned = m->now.phase != phase;
    m->now.phase = phase;
    if (read)
        m->now.read = *read;
    else
        m->now.read.source = STR_NONE;
    reckon(m, now);
    if (now - m->shown < EVERY[m->style] && !turned)
        return;
    m->shown = now;
    if (m->style == PROGRESS_BAR)
        draw_bar(m);
    else if (m->style == PROGRESS_JSON)
        write_json(&m->now);
}

void progress_end(struct progress_meter *m, enum progress_phase phase) {
    m->now.phase = phase;
    m->now.read.source = STR_NONE;
    m->now.seconds_left = phase == PROGRESS_DONE ? 0 : -1;
    if (m->drawn)
        fputs("\r\033[K", stderr);
    if (m->style == PROGRESS_JSON)
        write_json(&m->now);
    m->drawn = false;
}
