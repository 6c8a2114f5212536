// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// See years.h. What can be known of a year: a record that has one, a date in the file's name, the time the
// file was last written (good when it fits the stamps to a day, and only a bound when the file was copied),
// 29 February, and the neighbours in the rotation: a file begins where the older one ends. No one of these
// is always there, and each lies at times. So every year a file may have gets a price for each thing that
// speaks against it, and the cheapest chain of years over the set wins (a shortest path, oldest file to
// newest). The rule we name afterwards is the strongest thing that agrees with the answer.
#include "ingest/years.h"

#include "base/arena.h"

#include <stdlib.h>

enum { YEARS = 72 }; // candidates: up to the year after the clock's

#define SLACK (3 * USEC_DAY / 2) // zones, and clocks that are a little wrong
#define WRITTEN (40 * USEC_DAY)  // a file that was begun so shortly before its mtime was not merely copied
#define HALF_YEAR 183.0
#define STEP_OVER_NEW_YEAR 2.0 // days from January back into December
#define RESET_DAYS 1.0         // a clock that lost its time is wrong for less than that
#define RESET_GAP 60.0         // and the host was off for less than that

// Prices, from "cannot be" to "would rather not".
enum {
    COST_KNOWN = 100000000, // against a record with a year
    COST_LEAP = 1000000,    // 29 February in a year without one
    COST_NAME = 20000,      // against the date in the name, a year
    COST_LATER = 3000,      // later than it can be, a year
    COST_ORDER = 2000,      // before the older file's end, a year
    COST_MTIME = 1000,      // against an mtime that fits, a year
    COST_GAP = 50,          // a year missing between neighbours
    COST_OTHERS = 30,       // a year away from the other files of the folder
    COST_EARLIER = 10,      // earlier than it need be, a year
};

// ---- While reading ----

// Days into a year that has a 29 February.
static double place_in_year(int month, int day, usec of_day) {
    static const short before[13] = {0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335};
    return before[month <= 12 ? month : 0] + day - 1 + (double)of_day / (double)USEC_DAY;
}

// Back where the clock stood before it jumped, and soon.
static bool is_reset_over(const struct years_roll *roll, double from, double to) {
    return roll->jumped && from >= roll->landed && from - roll->landed <= RESET_DAYS && to >= roll->before - 1 &&
           to - roll->before < RESET_GAP;
}

static void jump(struct years_roll *roll, double from, double to) {
    if (is_reset_over(roll, from, to)) {
        roll->years = roll->years_before;
        roll->jumped = false;
        return;
    }
    roll->jumped = true;
    roll->years_before = roll->years;
    roll->before = from;
    roll->landed = to;
    if (to < from)
        roll->years++;
    else if (to - from > 366 - STEP_OVER_NEW_YEAR)
        roll->years--;
}

int years_roll(struct years_roll *roll, const struct stamp *stamp) {
    if (roll->month && (roll->month != stamp->month || roll->day != stamp->day)) {
        double from = place_in_year(roll->month, roll->day, roll->of_day);
        double to = place_in_year(stamp->month, stamp->day, stamp->of_day);
        if (to - from > HALF_YEAR || to - from < -HALF_YEAR)
            jump(roll, from, to);
    }
    roll->month = stamp->month;
    roll->day = stamp->day;
    roll->of_day = stamp->of_day;
    return roll->years;
}

// ---- Solving ----

// One file while its set is being solved.
struct link {
    struct years_file *file;
    struct years_name name;
    int crossed;
    bool yearless, dated, written; // its own date, its own fitting mtime
    int dated_year, written_year;
    unsigned char previous[YEARS]; // for each candidate, the older file's in the cheapest chain
};

// The cheapest chain that ends in each candidate of one file.
struct chain {
    int64_t cost[YEARS];
    usec begin[YEARS], end[YEARS];
};

static usec moment(const struct stamp *s, int year) {
    int day = s->month == 2 && s->day == 29 && !civil_is_leap(year) ? 28 : s->day;
    return civil_days(year, s->month, day) * USEC_DAY + s->of_day;
}

static int year_of(usec t) {
    return civil_from_usec(t).year;
}

static usec begin_of(const struct link *l, int year) {
    return moment(&l->file->first, year);
}

// The end as far as it is known: a file's length is only known when it was seen whole.
static usec end_of(const struct link *l, int year) {
    return l->file->last.present ? moment(&l->file->last, year + l->crossed) : begin_of(l, year);
}

// The latest year in which the end is not after `bound`.
static int latest_year(const struct link *l, usec bound) {
    int year = year_of(bound) - l->crossed;
    return end_of(l, year) <= bound ? year : year - 1;
}

// 29 February is in the first year, unless the file begins after it.
static bool leap_fits(const struct years_file *f, int year) {
    return !f->has_leap_day || civil_is_leap(year + (f->first.month > 2));
}

static int crossings(const struct years_file *f) {
    if (!f->last.present || f->crossed)
        return f->crossed;
    double first = place_in_year(f->first.month, f->first.day, f->first.of_day);
    double last = place_in_year(f->last.month, f->last.day, f->last.of_day);
    return last < first - STEP_OVER_NEW_YEAR;
}

// A date in the name counts unless it is more than a year ahead of our clock.
static void open_link(struct link *l, usec now) {
    struct years_file *f = l->file;
    l->yearless = !f->first.year;
    l->crossed = crossings(f);
    if (l->name.year) {
        usec date = civil_days(l->name.year, l->name.month, l->name.day) * USEC_DAY;
        l->dated = date < now + 366 * USEC_DAY;
        l->dated_year = latest_year(l, date + USEC_DAY + SLACK);
    }
    if (f->mtime != USEC_NONE && year_of(f->mtime) > 1980) {
        l->written_year = latest_year(l, f->mtime + SLACK);
        usec apart = f->mtime - end_of(l, l->written_year);
        l->written = apart <= (f->last.present ? SLACK : WRITTEN);
    }
}

static bool same_time(const struct years_file *a, const struct years_file *b) {
    return a->mtime != USEC_NONE && b->mtime != USEC_NONE && llabs(a->mtime - b->mtime) < USEC_MINUTE;
}

// A copy stamps all files with one time. Only of the file still being written that may be the truth.
static void distrust_copies(struct link *set, size_t n) {
    for (size_t i = 0; i + 1 < n; i++)
        if (same_time(set[i].file, set[i + 1].file) || (i && same_time(set[i].file, set[i - 1].file)))
            set[i].written = false;
}

static int years_between(usec from, usec to) {
    return to > from ? (int)((to - from) / (365 * USEC_DAY)) + 1 : 0;
}

// A price that grows with the days.
static int price_days(int cost_of_year, usec from, usec to) {
    return to > from ? (int)((double)(to - from) / (double)(365 * USEC_DAY) * cost_of_year) + 1 : 0;
}

// What the folder's other files say: the span of moments with a year.
struct others {
    int first, last; // years; 0: nothing
};

static int price_own(const struct link *l, int year, usec now) {
    const struct years_file *f = l->file;
    int cost = 0;
    if (f->first.year && f->first.year != year)
        cost += COST_KNOWN;
    if (!f->first.year && f->known_year && f->known_year != year) // New Year may lie between the two records
        cost += f->known_year == year + 1 ? COST_MTIME : COST_KNOWN;
    if (!leap_fits(f, year))
        cost += COST_LEAP;
    if (l->dated)
        cost += COST_NAME * abs(year - l->dated_year);
    if (l->written)
        cost += COST_MTIME * abs(year - l->written_year);
    if (f->mtime != USEC_NONE && l->written_year)
        cost += COST_LATER * years_between(f->mtime + SLACK, end_of(l, year));
    return cost + COST_LATER * years_between(now + SLACK, end_of(l, year));
}

// What only the newest file is asked, or the older ones would outvote better witnesses by their number.
static int price_newest(const struct link *l, int year, usec now, struct others others) {
    int latest = l->written_year ? l->written_year : latest_year(l, now + SLACK), cost = 0;
    if (year < latest)
        cost += COST_EARLIER * (latest - year);
    if (others.first && year < others.first)
        cost += COST_OTHERS * (others.first - year);
    if (others.first && year > others.last)
        cost += COST_OTHERS * (year - others.last);
    return cost;
}

static int price_step(usec older_end, usec begin) {
    if (begin + SLACK < older_end)
        return COST_ORDER * years_between(begin, older_end);
    return price_days(COST_GAP, older_end, begin);
}

// The chain up to `l` from the one up to the older file. `base` is the year of candidate 0.
static void extend_chain(const struct chain *older, struct link *l, int base, usec now, struct chain *ret) {
    for (int y = 0; y < YEARS; y++) {
        int own = price_own(l, base + y, now);
        ret->begin[y] = begin_of(l, base + y);
        ret->end[y] = end_of(l, base + y);
        ret->cost[y] = older ? INT64_MAX : own;
        for (int o = 0; older && o < YEARS; o++) {
            int64_t cost = older->cost[o] + own + price_step(older->end[o], ret->begin[y]);
            if (cost > ret->cost[y])
                continue;
            ret->cost[y] = cost;
            l->previous[y] = (unsigned char)o;
        }
    }
}

static bool is_witness(const struct link *l) {
    const struct years_file *f = l->file;
    return !l->yearless || f->known_year || (l->dated && f->year == l->dated_year) ||
           (l->written && f->year == l->written_year) || f->has_leap_day;
}

static const char *name_own_rule(const struct link *l) {
    const struct years_file *f = l->file;
    if (f->known_year && f->known_year - f->year <= 1 && f->known_year >= f->year)
        return "record in the same file";
    if (l->dated && f->year == l->dated_year)
        return "date in the name";
    if (l->written && f->year == l->written_year)
        return "mtime";
    return f->has_leap_day ? "29 February" : NULL;
}

static const char *name_rule(const struct link *set, size_t n, size_t i, struct others others) {
    const char *own = name_own_rule(&set[i]);
    if (own)
        return own;
    if (i + 1 < n && is_witness(&set[i + 1]))
        return "neighbour: the next newer file of the rotation";
    if (i && is_witness(&set[i - 1]))
        return "neighbour: the next older file of the rotation";
    for (size_t k = 0; k < n; k++)
        if (is_witness(&set[k]))
            return "rotation order";
    if (others.first && set[n - 1].file->year >= others.first && set[n - 1].file->year <= others.last)
        return i + 1 == n ? "other files of the folder, which carry a year" : "rotation order";
    if (i + 1 < n)
        return "rotation order";
    return set[i].written_year == set[i].file->year ? "mtime, as the latest it can be" : "assumed from the clock";
}

static usec earlier(usec a, usec b) {
    return a == USEC_NONE || (b != USEC_NONE && b < a) ? b : a;
}

// No record of a file is later than its mtime, the clock, and the beginning of the newer file.
static void bound_end(struct link *set, size_t n, size_t i, usec now) {
    struct years_file *f = set[i].file;
    f->until = earlier(f->mtime != USEC_NONE && set[i].written_year ? f->mtime + SLACK : USEC_NONE, now + SLACK);
    if (set[i].dated)
        f->until = earlier(f->until, civil_days(set[i].name.year, set[i].name.month, set[i].name.day) * USEC_DAY +
                                         USEC_DAY + SLACK);
    if (i + 1 < n)
        f->until = earlier(f->until, begin_of(&set[i + 1], set[i + 1].file->year) + SLACK);
}

// `set` is in the order of time.
static void solve_set(struct link *set, size_t n, usec now, struct others others) {
    struct chain chains[2];
    int base = year_of(now) + 2 - YEARS, best = 0;
    for (size_t i = 0; i < n; i++)
        open_link(&set[i], now);
    distrust_copies(set, n);
    for (size_t i = 0; i < n; i++)
        extend_chain(i ? &chains[(i - 1) & 1] : NULL, &set[i], base, now, &chains[i & 1]);
    int64_t *cost = chains[(n - 1) & 1].cost;
    for (int y = 0; y < YEARS; y++) {
        cost[y] += price_newest(&set[n - 1], base + y, now, others);
        if (cost[y] <= cost[best])
            best = y;
    }
    for (size_t i = n; i-- > 0; best = set[i].previous[best])
        set[i].file->year = set[i].yearless ? base + best : set[i].file->first.year;
    for (size_t i = 0; i < n; i++) {
        set[i].file->year_from = set[i].yearless ? name_rule(set, n, i, others) : NULL;
        bound_end(set, n, i, now);
    }
}

static int compare_text(struct str a, struct str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

// By set; within it dated files by date, then numbered ones from the highest, then the one being written.
static int compare_links(const void *a, const void *b) {
    const struct link *l = a, *r = b;
    int order = compare_text(l->name.base, r->name.base);
    if (order)
        return order;
    int64_t left = l->name.year ? civil_days(l->name.year, l->name.month, l->name.day) : 0;
    int64_t right = r->name.year ? civil_days(r->name.year, r->name.month, r->name.day) : 0;
    if (!left != !right)
        return left ? -1 : 1;
    if (left != right)
        return left < right ? -1 : 1;
    if (l->name.age != r->name.age)
        return l->name.age > r->name.age ? -1 : 1;
    return compare_text(l->file->path, r->file->path);
}

static struct str folder_of(struct str path) {
    ptrdiff_t slash = str_rfind_char(path, '/');
    return str_head(path, slash < 0 ? 0 : (size_t)slash);
}

// What the files of one folder say that carry a year.
struct folder {
    struct str path;
    struct others years;
};

static int compare_folders(const void *a, const void *b) {
    return compare_text(((const struct folder *)a)->path, ((const struct folder *)b)->path);
}

// All folders that have a file with a year, sorted, each once. Returns how many.
static size_t list_folders(const struct years_file *files, size_t n, struct folder *ret) {
    size_t found = 0, kept = 0;
    for (size_t i = 0; i < n; i++) {
        const struct years_file *f = &files[i];
        int year = f->first.year ? f->first.year : f->known_year;
        int last = f->last.present && f->last.year > year ? f->last.year : year;
        if (f->first.present && year)
            ret[found++] = (struct folder){folder_of(f->path), {year, last}};
    }
    qsort(ret, found, sizeof *ret, compare_folders);
    for (size_t i = 0; i < found; i++) {
        if (!kept || !str_eq(ret[kept - 1].path, ret[i].path)) {
            ret[kept++] = ret[i];
            continue;
        }
        struct others *all = &ret[kept - 1].years;
        all->first = ret[i].years.first < all->first ? ret[i].years.first : all->first;
        all->last = ret[i].years.last > all->last ? ret[i].years.last : all->last;
    }
    return kept;
}

static struct others ask_others(const struct folder *folders, size_t n, struct str path) {
    const struct folder key = {.path = folder_of(path)};
    const struct folder *found = n ? bsearch(&key, folders, n, sizeof key, compare_folders) : NULL;
    return found ? found->years : (struct others){0};
}

void years_solve(struct years_file *files, size_t n, usec now) {
    struct link *links = must_zero(n ? n : 1, sizeof *links);
    struct folder *folders = must_zero(n ? n : 1, sizeof *folders);
    size_t used = 0, folders_n = list_folders(files, n, folders);
    for (size_t i = 0; i < n; i++) {
        files[i].year = 0;
        files[i].year_from = NULL;
        files[i].until = USEC_NONE;
        if (!files[i].first.present)
            continue;
        struct link *l = &links[used++];
        l->file = &files[i];
        l->name = years_name(files[i].path);
    }
    qsort(links, used, sizeof *links, compare_links);
    for (size_t from = 0, to; from < used; from = to) {
        for (to = from + 1; to < used && str_eq(links[to].name.base, links[from].name.base);)
            to++;
        solve_set(links + from, to - from, now, ask_others(folders, folders_n, links[from].file->path));
    }
    free(folders);
    free(links);
}

int years_check(const struct years_file *file, int crossed, usec now) {
    if (file->first.year || file->known_year || crossed <= 0)
        return file->year;
    usec bound = earlier(file->until, now + SLACK);
    int year = file->year, last = year_of(bound);
    if (file->last.present && moment(&file->last, last) > bound)
        last--;
    if (year + crossed > last)
        year = last - crossed;
    for (int i = 0; i < 8 && !leap_fits(file, year); i++)
        year--;
    return year;
}
