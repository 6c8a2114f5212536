// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Whatever ends the reading early (Ctrl-C, a full disk, one broken source), the steps after it still run as
// far as they can, so that what was read can be looked at.
#include "cli/reading.h"

#include "base/clock.h"
#include "base/zone.h"
#include "cli/door.h"
#include "derive/derive.h"
#include "ingest/ingest.h"
#include "intel/geo.h"
#include "intel/place.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
    const struct call *call;
    struct case_file *file;
    struct reading_watch watch;
    VEC(struct ingest_zone) zones;
    const char *geoip;
    char *attribution;
    enum progress_style style;
    struct progress_meter meter;
    struct ingest_report report;
    enum status read_status; // of reading itself
    enum status status;      // the worst of all steps
    struct error error;
    pthread_t thread;
    bool threaded;
    atomic_bool stop, ended;
};

// ---- Before ----

static enum exit_status check_zone(const struct call *call, struct str name) {
    struct zone *zone = zone_named(name);
    if (!zone)
        return say_usage(call->command,
                         "--tz: '%.*s' is no time zone: write UTC, +02:00, or a name such as Europe/Berlin",
                         STR_ARG(name));
    zone_free(zone);
    return EXIT_DONE;
}

static enum exit_status take_zones(struct reading *r) {
    for (size_t i = 0; i < r->call->values.n; i++) {
        const struct call_value *v = &r->call->values.at[i];
        if (v->option != READING_TZ)
            continue;
        struct str text = str_of(v->text);
        ptrdiff_t equals = str_rfind_char(text, '=');
        struct ingest_zone zone = {.zone = text};
        if (equals > 0)
            zone = (struct ingest_zone){str_head(text, (size_t)equals), str_skip(text, (size_t)equals + 1)};
        enum exit_status status = check_zone(r->call, zone.zone);
        if (status != EXIT_DONE)
            return status;
        *VEC_PUSH(&r->zones) = zone;
    }
    return EXIT_DONE;
}

// Opened once in vain, so that a wrong file is told now and not after an hour of reading.
static enum exit_status take_database(struct reading *r) {
    struct place_database *database;
    struct error error;
    error_clear(&error);
    r->geoip = call_value(r->call, READING_GEOIP);
    if (place_open(r->geoip, &database, &error) != OK)
        return say_failed(&error);
    r->attribution = must_copy(place_attribution(database));
    place_close(database);
    return EXIT_DONE;
}

static enum exit_status take_options(struct reading *r) {
    const char *style = call_value(r->call, READING_PROGRESS);
    if (!progress_style_of(style, &r->style))
        return say_usage(r->call->command, "--progress: there is no '%s'; there are bar, json and none", style);
    enum exit_status status = take_database(r);
    return status == EXIT_DONE ? take_zones(r) : status;
}

// Here already, so that a misspelt path leaves no empty case behind.
static enum exit_status check_operands(const struct call *call) {
    struct stat st;
    for (size_t i = 0; i < call->operands_n; i++)
        if (strcmp(call->operands[i], "-") != 0 && stat(call->operands[i], &st) != 0) {
            say("cannot read '%s': %s", call->operands[i], strerror(errno));
            return EXIT_FAILED;
        }
    return EXIT_DONE;
}

enum exit_status reading_new(const struct call *call, struct reading **ret) {
    struct reading *r = must_zero(1, sizeof *r);
    r->call = call;
    error_clear(&r->error);
    enum exit_status status = take_options(r);
    if (status == EXIT_DONE)
        status = check_operands(call);
    if (status == EXIT_DONE)
        *ret = r;
    else
        reading_free(r);
    return status;
}

const char *reading_attribution(const struct reading *r) {
    return r->attribution;
}

// ---- During, in the reading thread ----

static void tell(struct reading *r, enum progress_phase phase, const struct ingest_progress *read) {
    progress_update(&r->meter, phase, read);
    if (r->watch.progress)
        r->watch.progress(r->watch.context, &r->meter.now);
}

static void take_progress(void *context, const struct ingest_progress *read) {
    tell(context, PROGRESS_READING, read);
}

// Remembers the worst, with the words of the first.
static void note(struct reading *r, enum status status, const struct error *error) {
    if (status > r->status)
        r->status = status;
    if (status >= SKIP)
        error_set(&r->error, status, error->sys, "%s", error->text);
}

static void read_evidence(struct reading *r) {
    struct error error;
    struct ingest_options options = {
        .zones = r->zones.at,
        .zones_n = r->zones.n,
        .now = clock_wall(),
        .stop = &r->stop,
        .progress = take_progress,
        .context = r,
    };
    error_clear(&error);
    r->read_status = ingest_run(r->file, r->call->operands, r->call->operands_n, &options, &r->report, &error);
    note(r, r->read_status, &error);
}

static void run_step(struct reading *r, enum progress_phase phase,
                     enum status (*step)(struct reading *, struct error *)) {
    struct error error;
    error_clear(&error);
    tell(r, phase, NULL);
    note(r, step(r, &error), &error);
}

static enum status locate(struct reading *r, struct error *error) {
    return intel_locate(r->file, r->geoip, error);
}

static enum status derive(struct reading *r, struct error *error) {
    return derive_run(r->file, error);
}

static enum status finish(struct reading *r, struct error *error) {
    return case_finish(r->file, error);
}

static void *run_reading(void *argument) {
    struct reading *r = argument;
    progress_begin(&r->meter, r->style);
    read_evidence(r);
    if (r->read_status != FATAL) {
        run_step(r, PROGRESS_LOCATING, locate);
        run_step(r, PROGRESS_DERIVING, derive);
        run_step(r, PROGRESS_DERIVING, finish);
    }
    bool failed = r->status >= FAIL;
    progress_end(&r->meter, failed ? PROGRESS_FAILED : PROGRESS_DONE);
    if (failed && r->watch.failed)
        r->watch.failed(r->watch.context, &r->error);
    else if (r->watch.progress)
        r->watch.progress(r->watch.context, &r->meter.now);
    atomic_store(&r->ended, true);
    return NULL;
}

void reading_start(struct reading *r, struct case_file *file, const struct reading_watch *watch) {
    r->file = file;
    if (watch)
        r->watch = *watch;
    if (pthread_create(&r->thread, NULL, run_reading, r) != 0)
        run_reading(r); // then without a thread: slower to stop, but done
    else
        r->threaded = true;
}

bool reading_follow(struct reading *r) {
    while (!atomic_load(&r->ended)) {
        if (door_poll_signal(50) == 0)
            continue;
        if (atomic_exchange(&r->stop, true))
            _exit(EXIT_FAILED);
    }
    return atomic_load(&r->stop);
}

// ---- After ----

static void name_troubles(const struct reading *r) {
    size_t left_out = 0;
    for (size_t i = 0; i < r->report.troubles.n; i++) {
        const struct ingest_trouble *t = &r->report.troubles.at[i];
        if (t->failed)
            say("%.*s: %.*s", STR_ARG(t->path), STR_ARG(t->reason));
        else
            left_out++;
    }
    if (left_out)
        say("%zu source%s not read, being no log this version knows; 'lhx info %s' names each and says why", left_out,
            left_out == 1 ? " was" : "s were", case_folder(r->file));
}

static bool has_failures(const struct ingest_report *report) {
    for (size_t i = 0; i < report->troubles.n; i++)
        if (report->troubles.at[i].failed)
            return true;
    return false;
}

static void sum_up(const struct reading *r) {
    const struct ingest_report *p = &r->report;
    say("%zu of %zu sources read, %zu known already; %llu lines, %llu records; the case is %s", p->read, p->sources,
        p->duplicates, (unsigned long long)p->lines, (unsigned long long)p->records, case_folder(r->file));
    if (p->rezoned)
        say("times of %zu source%s were moved to the zone of --tz", p->rezoned, p->rezoned == 1 ? "" : "s");
}

enum exit_status reading_wait(struct reading *r) {
    if (r->threaded)
        pthread_join(r->thread, NULL);
    r->threaded = false;
    name_troubles(r);
    if (r->read_status == FAIL && has_failures(&r->report))
        return EXIT_FAILED; // named above
    if (r->status >= FAIL)
        return say_failed(&r->error);
    sum_up(r);
    if (r->read_status == END)
        say("stopped before the end; run the same command again to go on");
    return r->read_status == END || has_failures(&r->report) ? EXIT_PARTLY : EXIT_DONE;
}

void reading_free(struct reading *r) {
    if (!r)
        return;
    ingest_report_done(&r->report);
    VEC_DONE(&r->zones);
    free(r->attribution);
    free(r);
}
