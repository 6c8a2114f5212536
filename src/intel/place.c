// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// libmaxminddb reads the tree; this file turns an entry into a place. Nothing in an entry is believed: text
// must be UTF-8 of a sane length, numbers must be on the globe. Many addresses share one entry, so each entry
// is decoded once: that is what makes a hundred thousand addresses quick, and what keeps a file whose entries
// are made to be slow from being slow more than once each.
#include "intel/place.h"

#include "base/escape.h"
#include "base/file.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <maxminddb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

extern const char country_database[], country_database_end[];

enum { PATH_MAX_KEYS = 4 };
#define FILE_MAX (2ull << 30)

struct cached {
    uint32_t entry; // offset in the file's data section, plus 1; 0: free
    struct place place;
};

struct place_database {
    MMDB_s mmdb;
    bool is_open;
    int fd;
    struct arena text;
    struct str attribution, description;
    struct cached *cache;
    size_t cache_room, cache_n; // room: a power of two
};

// ---- Countries ----

struct country {
    char code[3];
    const char *name;
    double latitude, longitude;
};
#define COUNTRY(code, name, latitude, longitude) {code, name, latitude, longitude},
static const struct country COUNTRIES[] = {
#include "intel/countries.def"
};
#undef COUNTRY

static int compare_code(const void *key, const void *row) {
    return memcmp(key, ((const struct country *)row)->code, 2);
}

bool place_of_country(struct str code, struct place *ret) {
    if (code.n != 2)
        return false;
    const struct country *c =
        bsearch(code.p, COUNTRIES, sizeof COUNTRIES / sizeof *COUNTRIES, sizeof *COUNTRIES, compare_code);
    if (!c)
        return false;
    ret->country_code = str_of(c->code);
    ret->country = str_of(c->name);
    ret->latitude = c->latitude;
    ret->longitude = c->longitude;
    ret->located = "country";
    return true;
}

// ---- Opening ----

static const struct {
    const char *sign, *words; // in the database type, in small letters
} ATTRIBUTIONS[] = {
    {"geolite2", "This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com"},
    {"dbip", "IP Geolocation by DB-IP, https://db-ip.com"},
    {"ipinfo", "IP address data powered by IPinfo, https://ipinfo.io"},
};

static enum status copy_file(const char *path, int to, struct error *error) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        int sys = errno;
        if (fd >= 0)
            close(fd);
        return error_set(error, FAIL, sys, "cannot open the address database '%s': %s", path, strerror(sys));
    }
    enum status status = OK;
    if (!S_ISREG(st.st_mode))
        status =
            error_set(error, FAIL, 0, "the address database '%s' is not a file; give one that ends in .mmdb", path);
    else if ((uint64_t)st.st_size > FILE_MAX)
        status = error_set(error, FAIL, 0, "the address database '%s' is larger than 2 GiB", path);
    char *block = must_alloc(LIMIT_READ_BLOCK);
    uint64_t total = 0;
    for (ssize_t n = 1; status == OK && n > 0;) {
        n = read(fd, block, LIMIT_READ_BLOCK);
        if (n < 0 && errno == EINTR) {
            n = 1;
            continue;
        }
        total += n > 0 ? (uint64_t)n : 0;
        if (n < 0 || total > FILE_MAX || !file_write(to, (struct str){block, (size_t)n}))
            status = error_set(error, FAIL, errno, "cannot read the address database '%s': %s", path, strerror(errno));
    }
    free(block);
    close(fd);
    return status;
}

// The library opens paths only; a file in memory has one under /proc.
static enum status open_copy(struct place_database *d, const char *path, struct error *error) {
    d->fd = memfd_create("lhx-addresses", MFD_CLOEXEC);
    if (d->fd < 0)
        return error_set(error, FAIL, errno, "no memory for the address database: %s", strerror(errno));
    enum status status = OK;
    if (path)
        status = copy_file(path, d->fd, error);
    else if (!file_write(d->fd, str_between(country_database, country_database_end)))
        status = error_set(error, FAIL, errno, "no memory for the address database: %s", strerror(errno));
    if (status != OK)
        return status;
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", d->fd);
    int result = MMDB_open(name, MMDB_MODE_MMAP, &d->mmdb);
    if (result != MMDB_SUCCESS)
        return error_set(error, FAIL, 0,
                         "'%s' is not an address database (MaxMind DB): %s; give one that ends in .mmdb",
                         path ? path : "(built in)", MMDB_strerror(result));
    d->is_open = true;
    return OK;
}

static void describe(struct place_database *d, bool built_in) {
    char date[CIVIL_TEXT], type[64];
    const char *raw = d->mmdb.metadata.database_type ? d->mmdb.metadata.database_type : "";
    size_t n = 0;
    for (; raw[n] && n + 1 < sizeof type; n++)
        type[n] = raw[n] >= ' ' && raw[n] < 127 ? raw[n] : '?';
    type[n] = '\0';
    uint64_t epoch = d->mmdb.metadata.build_epoch;
    civil_print((usec)(epoch < 253402300800 ? epoch : 0) * USEC_SECOND, date);
    d->description = arena_print(&d->text, "%s, built %.10s", built_in ? "DB-IP Lite, countries only" : type, date);
    d->attribution = built_in ? str_of(ATTRIBUTIONS[1].words) : S("");
    for (size_t i = 0; i < n; i++)
        type[i] = (char)(type[i] >= 'A' && type[i] <= 'Z' ? type[i] + 32 : type[i]);
    for (size_t i = 0; i < sizeof ATTRIBUTIONS / sizeof *ATTRIBUTIONS; i++)
        if (strstr(type, ATTRIBUTIONS[i].sign))
            d->attribution = str_of(ATTRIBUTIONS[i].words);
}

enum status place_open(const char *path, struct place_database **ret, struct error *error) {
    struct place_database *d = must_zero(1, sizeof *d);
    d->fd = -1;
    d->cache_room = 1024;
    d->cache = must_zero(d->cache_room, sizeof *d->cache);
    enum status status = open_copy(d, path, error);
    if (status != OK) {
        place_close(d);
        return status;
    }
    describe(d, path == NULL);
    *ret = d;
    return OK;
}

void place_close(struct place_database *d) {
    if (!d)
        return;
    if (d->is_open)
        MMDB_close(&d->mmdb);
    if (d->fd >= 0)
        close(d->fd);
    arena_done(&d->text);
    free(d->cache);
    free(d);
}

struct str place_attribution(const struct place_database *d) {
    return d->attribution;
}

struct str place_description(const struct place_database *d) {
    return d->description;
}

// ---- One entry ----

// A field and the paths it may stand at, in the order they are tried.
typedef const char *const key_path[PATH_MAX_KEYS];
static const key_path CODE_PATHS[] = {{"country", "iso_code"}, {"country_code"}, {"country"}};
static const key_path COUNTRY_PATHS[] = {{"country", "names", "en"}, {"country_name"}};
static const key_path CITY_PATHS[] = {{"city", "names", "en"}, {"city"}};
static const key_path LATITUDE_PATHS[] = {{"location", "latitude"}, {"latitude"}, {"lat"}};
static const key_path LONGITUDE_PATHS[] = {{"location", "longitude"}, {"longitude"}, {"lng"}};
static const key_path ASN_PATHS[] = {{"autonomous_system_number"}, {"asn"}, {"traits", "autonomous_system_number"}};
static const key_path AS_NAME_PATHS[] = {
    {"autonomous_system_organization"}, {"as_name"}, {"traits", "autonomous_system_organization"}};
#define FIND(entry, paths, ret) find_field(entry, paths, sizeof(paths) / sizeof *(paths), ret)

static bool find_field(MMDB_entry_s *entry, const key_path *paths, size_t n, MMDB_entry_data_s *ret) {
    for (size_t i = 0; i < n; i++)
        if (MMDB_aget_value(entry, ret, paths[i]) == MMDB_SUCCESS && ret->has_data && ret->type != MMDB_DATA_TYPE_MAP &&
            ret->type != MMDB_DATA_TYPE_ARRAY)
            return true;
    return false;
}

static struct str read_text(struct place_database *d, const MMDB_entry_data_s *data) {
    if (data->type != MMDB_DATA_TYPE_UTF8_STRING || data->data_size == 0 || data->data_size > LIMIT_NAME)
        return STR_NONE;
    struct str s = {data->utf8_string, data->data_size};
    return utf8_valid(s) ? arena_copy(&d->text, s) : STR_NONE;
}

static double read_number(const MMDB_entry_data_s *data) {
    char text[32];
    switch (data->type) {
    case MMDB_DATA_TYPE_DOUBLE:
        return data->double_value;
    case MMDB_DATA_TYPE_FLOAT:
        return (double)data->float_value;
    case MMDB_DATA_TYPE_INT32:
        return data->int32;
    case MMDB_DATA_TYPE_UINT16:
        return data->uint16;
    case MMDB_DATA_TYPE_UINT32:
        return data->uint32;
    case MMDB_DATA_TYPE_UTF8_STRING:
        snprintf(text, sizeof text, "%.*s", (int)(data->data_size < 31 ? data->data_size : 31), data->utf8_string);
        return strtod(text, NULL);
    default:
        return NAN;
    }
}

// A number, or a text such as "AS64496" (then with the name behind it in some databases: not read).
static int64_t read_asn(const MMDB_entry_data_s *data) {
    uint64_t number = 0;
    if (data->type == MMDB_DATA_TYPE_UINT32 || data->type == MMDB_DATA_TYPE_UINT16)
        return data->type == MMDB_DATA_TYPE_UINT32 ? data->uint32 : data->uint16;
    if (data->type != MMDB_DATA_TYPE_UTF8_STRING)
        return 0;
    struct str s = {data->utf8_string, data->data_size};
    str_take(&s, S("AS"));
    return str_to_u64(s, &number) && number <= UINT32_MAX ? (int64_t)number : 0;
}

static bool is_code(struct str s) {
    return s.n == 2 && s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[1] >= 'A' && s.p[1] <= 'Z';
}

static void read_point(MMDB_entry_s *entry, struct place *p) {
    MMDB_entry_data_s data;
    double latitude = FIND(entry, LATITUDE_PATHS, &data) ? read_number(&data) : NAN;
    double longitude = FIND(entry, LONGITUDE_PATHS, &data) ? read_number(&data) : NAN;
    bool on_globe = fabs(latitude) <= 90 && fabs(longitude) <= 180; // false for NAN, too
    // Without a city the database's point is some middle, too: then ours, so that one country is one place.
    if (!on_globe || (!p->city.p && p->located))
        return;
    p->latitude = latitude;
    p->longitude = longitude;
    p->located = "city";
}

static void read_entry(struct place_database *d, MMDB_entry_s *entry, struct place *p) {
    MMDB_entry_data_s data;
    *p = (struct place){0};
    struct str code = FIND(entry, CODE_PATHS, &data) ? read_text(d, &data) : STR_NONE;
    if (is_code(code) && !place_of_country(code, p)) {
        p->country_code = code;
        p->country = FIND(entry, COUNTRY_PATHS, &data) ? read_text(d, &data) : STR_NONE;
    }
    if (FIND(entry, CITY_PATHS, &data))
        p->city = read_text(d, &data);
    if (FIND(entry, ASN_PATHS, &data))
        p->asn = read_asn(&data);
    if (FIND(entry, AS_NAME_PATHS, &data))
        p->as_name = read_text(d, &data);
    read_point(entry, p);
}

// ---- Finding ----

static struct cached *cache_slot(struct cached *cache, size_t room, uint32_t entry) {
    size_t at = (entry * 2654435769u) & (room - 1);
    while (cache[at].entry && cache[at].entry != entry)
        at = (at + 1) & (room - 1);
    return &cache[at];
}

static void grow_cache(struct place_database *d) {
    size_t room = d->cache_room * 2;
    struct cached *bigger = must_zero(room, sizeof *bigger);
    for (size_t i = 0; i < d->cache_room; i++)
        if (d->cache[i].entry)
            *cache_slot(bigger, room, d->cache[i].entry) = d->cache[i];
    free(d->cache);
    d->cache = bigger;
    d->cache_room = room;
}

static enum status look_up(struct place_database *d, const struct address *a, MMDB_lookup_result_s *ret) {
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    int result = MMDB_SUCCESS;
    memcpy(&v4.sin_addr, a->bytes, 4);
    memcpy(&v6.sin6_addr, a->bytes, 16);
    const struct sockaddr *socket_address = a->v6 ? (const void *)&v6 : (const void *)&v4;
    if (a->v6 && d->mmdb.metadata.ip_version == 4)
        return END;
    *ret = MMDB_lookup_sockaddr(&d->mmdb, socket_address, &result);
    if (result != MMDB_SUCCESS)
        return FAIL;
    return ret->found_entry ? OK : END;
}

enum status place_find(struct place_database *d, const struct address *a, struct place *ret) {
    MMDB_lookup_result_s found;
    *ret = (struct place){0};
    enum status status = look_up(d, a, &found);
    if (status != OK)
        return status;
    uint32_t entry = found.entry.offset + 1;
    struct cached *slot = cache_slot(d->cache, d->cache_room, entry);
    if (!slot->entry) {
        if (2 * d->cache_n >= d->cache_room) {
            grow_cache(d);
            slot = cache_slot(d->cache, d->cache_room, entry);
        }
        slot->entry = entry;
        d->cache_n++;
        read_entry(d, &found.entry, &slot->place);
    }
    *ret = slot->place;
    return OK;
}
