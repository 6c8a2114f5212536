// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Kinds of addresses, countries, and databases: our own, small ones made here in both layouts, those with
// values that cannot be, and thousands of damaged ones. None may crash, hang or give a place off the globe.
#include "intel/place.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

// ---- Addresses ----

static const struct {
    const char *text, *plain; // plain NULL: no address
    enum address_kind kind;
} ADDRESSES[] = {
    {"8.8.8.8", "8.8.8.8", ADDRESS_PUBLIC},
    {"9.255.255.255", "9.255.255.255", ADDRESS_PUBLIC},
    {"10.0.0.0", "10.0.0.0", ADDRESS_PRIVATE},
    {"10.255.255.255", "10.255.255.255", ADDRESS_PRIVATE},
    {"11.0.0.0", "11.0.0.0", ADDRESS_PUBLIC},
    {"100.63.255.255", "100.63.255.255", ADDRESS_PUBLIC},
    {"100.64.0.0", "100.64.0.0", ADDRESS_CARRIER_NAT},
    {"100.127.255.255", "100.127.255.255", ADDRESS_CARRIER_NAT},
    {"100.128.0.0", "100.128.0.0", ADDRESS_PUBLIC},
    {"127.0.0.1", "127.0.0.1", ADDRESS_LOOPBACK},
    {"169.254.9.9", "169.254.9.9", ADDRESS_LINK_LOCAL},
    {"172.15.255.255", "172.15.255.255", ADDRESS_PUBLIC},
    {"172.16.0.0", "172.16.0.0", ADDRESS_PRIVATE},
    {"172.31.255.255", "172.31.255.255", ADDRESS_PRIVATE},
    {"172.32.0.0", "172.32.0.0", ADDRESS_PUBLIC},
    {"192.0.2.1", "192.0.2.1", ADDRESS_DOCUMENTATION},
    {"192.168.0.1", "192.168.0.1", ADDRESS_PRIVATE},
    {"198.18.0.1", "198.18.0.1", ADDRESS_RESERVED},
    {"198.20.0.0", "198.20.0.0", ADDRESS_PUBLIC},
    {"198.51.100.255", "198.51.100.255", ADDRESS_DOCUMENTATION},
    {"203.0.113.0", "203.0.113.0", ADDRESS_DOCUMENTATION},
    {"224.0.0.1", "224.0.0.1", ADDRESS_MULTICAST},
    {"233.252.0.9", "233.252.0.9", ADDRESS_DOCUMENTATION},
    {"240.0.0.1", "240.0.0.1", ADDRESS_RESERVED},
    {"255.255.255.255", "255.255.255.255", ADDRESS_RESERVED},
    {"0.0.0.0", "0.0.0.0", ADDRESS_UNSPECIFIED},
    {"0.1.2.3", "0.1.2.3", ADDRESS_RESERVED},
    {"::", "::", ADDRESS_UNSPECIFIED},
    {"::1", "::1", ADDRESS_LOOPBACK},
    {"::ffff:10.0.0.1", "10.0.0.1", ADDRESS_PRIVATE},
    {"::FFFF:8.8.8.8", "8.8.8.8", ADDRESS_PUBLIC},
    {"fe80::1%eth0", "fe80::1", ADDRESS_LINK_LOCAL},
    {"fd00::1", "fd00::1", ADDRESS_PRIVATE},
    {"ff02::1", "ff02::1", ADDRESS_MULTICAST},
    {"2001:DB8::1", "2001:db8::1", ADDRESS_DOCUMENTATION},
    {"3fff:fff::1", "3fff:fff::1", ADDRESS_DOCUMENTATION},
    {"2a02:cf40::1", "2a02:cf40::1", ADDRESS_PUBLIC},
    {"[2a02:cf40::1]", "2a02:cf40::1", ADDRESS_PUBLIC},
    {"64:ff9b::808:808", "64:ff9b::808:808", ADDRESS_PUBLIC},
    {"4000::1", "4000::1", ADDRESS_RESERVED},
    {"", NULL, 0},
    {"1", NULL, 0},
    {"127.1", NULL, 0},
    {"010.0.0.1", NULL, 0},
    {"256.1.1.1", NULL, 0},
    {"1.2.3.4:22", NULL, 0},
    {"1.2.3.4%eth0", NULL, 0},
    {"host.example.org", NULL, 0},
    {"1:2:3:4:5:6:7:8:9", NULL, 0},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL, 0},
};

static void reads_addresses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof *ADDRESSES; i++) {
        struct address a;
        bool read = address_read(str_of(ADDRESSES[i].text), &a);
        if (read != (ADDRESSES[i].plain != NULL))
            fail_msg("%s", ADDRESSES[i].text);
        if (!read)
            continue;
        assert_string_equal(a.text, ADDRESSES[i].plain);
        if (a.kind != ADDRESSES[i].kind)
            fail_msg("%s is %s", a.text, ADDRESS_KIND_NAMES[a.kind]);
    }
    struct address a;
    assert_false(address_read((struct str){"1.2.3.4\0x", 9}, &a));
    assert_false(address_read(STR_NONE, &a));
}

// ---- Countries ----

static void knows_countries(void **state) {
    (void)state;
    struct place p = {0};
    assert_true(place_of_country(S("AD"), &p));
    assert_true(place_of_country(S("ZW"), &p));
    assert_true(place_of_country(S("DE"), &p));
    assert_true(str_eq(p.country, S("Germany")));
    assert_true(fabs(p.latitude - 51) < 1 && fabs(p.longitude - 10) < 1);
    assert_false(place_of_country(S("ZZ"), &p));
    assert_false(place_of_country(S("de"), &p));
    assert_false(place_of_country(S(""), &p));
}

// The table is searched by halves: its order is part of its meaning.
static void countries_are_sorted(void **state) {
    (void)state;
    char code[3] = "AA";
    size_t found = 0;
    for (code[0] = 'A'; code[0] <= 'Z'; code[0]++)
        for (code[1] = 'A'; code[1] <= 'Z'; code[1]++) {
            struct place p = {0};
            if (!place_of_country(str_of(code), &p))
                continue;
            found++;
            assert_true(fabs(p.latitude) <= 90 && fabs(p.longitude) <= 180 && p.country.n > 3);
        }
    assert_int_equal(found, 250); // the 249 of ISO 3166-1 and Kosovo
}

// ---- The database inside ----

static void find(struct place_database *d, const char *text, struct place *ret) {
    struct address a;
    assert_true(address_read(str_of(text), &a));
    if (place_find(d, &a, ret) == FAIL)
        fail_msg("%s", text);
}

// Addresses whose owners have not moved in decades.
static const struct {
    const char *address, *country;
} WELL_KNOWN[] = {{"8.8.8.8", "US"},
                  {"133.11.0.1", "JP"},
                  {"130.89.148.77", "NL"},
                  {"137.226.34.46", "DE"},
                  {"131.111.8.46", "GB"},
                  {"129.132.1.1", "CH"},
                  {"143.107.0.1", "BR"},
                  {"202.12.29.142", "AU"},
                  {"220.181.38.148", "CN"},
                  {"193.0.6.139", "NL"},
                  {"2001:67c:2e8:22::c100:68b", "NL"},
                  {"2001:218::1", "JP"},
                  {"::ffff:133.11.0.1", "JP"}};

static void has_a_database_inside(void **state) {
    (void)state;
    struct place_database *d;
    struct place p;
    assert_int_equal(place_open(NULL, &d, NULL), OK);
    for (size_t i = 0; i < sizeof WELL_KNOWN / sizeof *WELL_KNOWN; i++) {
        find(d, WELL_KNOWN[i].address, &p);
        if (!str_eq(p.country_code, str_of(WELL_KNOWN[i].country)))
            fail_msg("%s is in %.*s", WELL_KNOWN[i].address, STR_ARG(p.country_code));
        assert_string_equal(p.located, "country");
        assert_null(p.city.p);
    }
    find(d, "198.51.100.17", &p);
    assert_null(p.country_code.p);
    assert_true(str_starts(place_attribution(d), S("IP Geolocation by DB-IP")));
    assert_true(str_starts(place_description(d), S("DB-IP Lite, countries only, built 20")));
    place_close(d);
}

// ---- Databases made here ----
// The least MaxMind DB there is: one node, both of whose sides are the one entry.

static void put_key(struct buffer *b, const char *key) {
    size_t n = strlen(key);
    buffer_add_char(b, (char)(2 << 5 | (n < 29 ? n : 29)));
    if (n >= 29)
        buffer_add_char(b, (char)(n - 29));
    buffer_add(b, str_of(key));
}

static void put_double(struct buffer *b, double v) {
    uint64_t bits;
    memcpy(&bits, &v, 8);
    buffer_add_char(b, (char)(3 << 5 | 8));
    for (int i = 56; i >= 0; i -= 8)
        buffer_add_char(b, (char)(bits >> i));
}

static void put_map(struct buffer *b, int n) {
    buffer_add_char(b, (char)(7 << 5 | n));
}

static void put_number(struct buffer *b, int type, uint32_t v) {
    buffer_add_char(b, (char)(type << 5 | 4));
    for (int i = 24; i >= 0; i -= 8)
        buffer_add_char(b, (char)(v >> i));
}

static void put_metadata(struct buffer *b) {
    buffer_add(b, S("\xab\xcd\xefMaxMind.com"));
    put_map(b, 9);
    put_key(b, "binary_format_major_version");
    buffer_add(b, S("\xa1\x02"));
    put_key(b, "binary_format_minor_version");
    buffer_add(b, S("\xa0"));
    put_key(b, "build_epoch");
    buffer_add(b, S("\x04\x02\x65\x00\x00\x00"));
    put_key(b, "database_type");
    put_key(b, "Made-City");
    put_key(b, "description");
    put_map(b, 0);
    put_key(b, "ip_version");
    buffer_add(b, S("\xa1\x04"));
    put_key(b, "languages");
    buffer_add(b, (struct str){"\x00\x04", 2});
    put_key(b, "node_count");
    put_number(b, 6, 1);
    put_key(b, "record_size");
    buffer_add(b, S("\xa1\x18"));
}

static struct buffer make_database(struct str entry) {
    struct buffer b = {0};
    buffer_add(&b, (struct str){"\0\0\x11\0\0\x11", 6}); // both records: node count + 16 + offset 0
    buffer_add(&b, (struct str){(const char[16]){0}, 16});
    buffer_add(&b, entry);
    put_metadata(&b);
    return b;
}

static void write_file(const char *path, struct str bytes) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
    fclose(f);
}

static char folder[] = "/tmp/lhx-intel-XXXXXX";
static char file[64];

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(file, sizeof file, "%s/x.mmdb", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(file);
    return rmdir(folder);
}

// Opens a database with this one entry and asks for 8.8.8.8. The texts of `*ret` live until close.
static struct place_database *ask_made(struct str entry, struct place *ret) {
    struct place_database *d;
    struct error error;
    struct buffer b = make_database(entry);
    error_clear(&error);
    write_file(file, buffer_str(&b));
    buffer_done(&b);
    if (place_open(file, &d, &error) != OK)
        fail_msg("%s", error.text);
    find(d, "8.8.8.8", ret);
    return d;
}

static void put_pair(struct buffer *b, const char *key, const char *value) {
    put_key(b, key);
    put_key(b, value);
}

static void put_point(struct buffer *b, double latitude, double longitude) {
    put_key(b, "latitude");
    put_double(b, latitude);
    put_key(b, "longitude");
    put_double(b, longitude);
}

static void reads_the_flat_layout(void **state) {
    (void)state;
    struct buffer b = {0};
    struct place p;
    put_map(&b, 6);
    put_pair(&b, "country_code", "JP");
    put_pair(&b, "city", "Osaka");
    put_point(&b, 34.69, 135.5);
    put_pair(&b, "asn", "AS64496");
    put_pair(&b, "as_name", "Example Net");
    struct place_database *d = ask_made(buffer_str(&b), &p);
    assert_true(str_eq(p.country, S("Japan")) && str_eq(p.city, S("Osaka")));
    assert_string_equal(p.located, "city");
    assert_true(fabs(p.latitude - 34.69) < 1e-9 && fabs(p.longitude - 135.5) < 1e-9);
    assert_int_equal(p.asn, 64496);
    assert_true(str_eq(p.as_name, S("Example Net")));
    assert_true(str_eq(place_description(d), S("Made-City, built 2023-09-12")));
    assert_true(str_eq(place_attribution(d), S("")));
    place_close(d);
    buffer_done(&b);
}

static void reads_the_nested_layout(void **state) {
    (void)state;
    struct buffer b = {0};
    struct place p;
    put_map(&b, 3);
    put_key(&b, "country");
    put_map(&b, 1);
    put_pair(&b, "iso_code", "SE");
    put_key(&b, "city");
    put_map(&b, 1);
    put_key(&b, "names");
    put_map(&b, 1);
    put_pair(&b, "en", "Linköping");
    put_key(&b, "location");
    put_map(&b, 2);
    put_point(&b, 58.4167, 15.6167);
    struct place_database *d = ask_made(buffer_str(&b), &p);
    assert_true(str_eq(p.country_code, S("SE")) && str_eq(p.city, S("Linköping")));
    assert_string_equal(p.located, "city");
    place_close(d);
    buffer_done(&b);
}

static void believes_nothing(void **state) {
    (void)state;
    static const struct {
        const char *code, *city;
        double latitude, longitude;
        const char *located; // what is left
    } ROWS[] = {
        {"DE", "Aachen", 90, 180, "city"},
        {"DE", "Aachen", 90.1, 0, "country"},
        {"DE", "Aachen", 0, -180.1, "country"},
        {"DE", "Aachen", NAN, 0, "country"},
        {"DE", "Aachen", INFINITY, 0, "country"},
        {"DE", "\xff\xfe", 50, 6, "country"},
        {"de", "Aachen", 50, 6, "city"},
        {"D\x01", "", 91, 6, NULL},
        {"DEU", "", 91, 6, NULL},
        {"ZZ", "", 91, 6, NULL},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct buffer b = {0};
        struct place p;
        put_map(&b, 4);
        put_pair(&b, "country_code", ROWS[i].code);
        put_pair(&b, "city", ROWS[i].city);
        put_point(&b, ROWS[i].latitude, ROWS[i].longitude);
        struct place_database *d = ask_made(buffer_str(&b), &p);
        if (!ROWS[i].located != !p.located || (p.located && strcmp(p.located, ROWS[i].located) != 0))
            fail_msg("row %zu: %s", i, p.located ? p.located : "nowhere");
        place_close(d);
        buffer_done(&b);
    }
}

// ---- Files that are none ----

static void refuses_other_files(void **state) {
    (void)state;
    struct place_database *d = NULL;
    struct error error;
    static const struct str CONTENTS[] = {{"", 0}, {"hello\n", 6}, {"\xab\xcd\xefMaxMind.com", 14}, {"\0\0\0\0", 4}};
    for (size_t i = 0; i < sizeof CONTENTS / sizeof *CONTENTS; i++) {
        error_clear(&error);
        write_file(file, CONTENTS[i]);
        assert_int_equal(place_open(file, &d, &error), FAIL);
        assert_non_null(strstr(error.text, file));
        assert_null(strchr(error.text, '\n'));
    }
    error_clear(&error);
    assert_int_equal(place_open("/nonexistent/x.mmdb", &d, &error), FAIL);
    assert_non_null(strstr(error.text, "/nonexistent/x.mmdb"));
    error_clear(&error);
    assert_int_equal(place_open("/dev/null", &d, &error), FAIL);
    error_clear(&error);
    assert_int_equal(place_open("/", &d, &error), FAIL);
}

static void try_damaged(struct str bytes) {
    static const char *const asked[] = {"8.8.8.8", "216.160.83.57", "2.125.160.217", "2001:218::1", "255.255.255.255"};
    struct place_database *d;
    struct place p;
    struct address a;
    write_file(file, bytes);
    if (place_open(file, &d, NULL) != OK)
        return;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        assert_true(address_read(str_of(asked[i]), &a));
        if (place_find(d, &a, &p) == OK && p.located)
            assert_true(fabs(p.latitude) <= 90 && fabs(p.longitude) <= 180);
    }
    place_close(d);
}

// Every length and 4,000 damaged copies of a database, the same ones on every run.
static void survives_damage(void **state) {
    (void)state;
    struct buffer entry = {0};
    put_map(&entry, 4);
    put_pair(&entry, "country_code", "JP");
    put_pair(&entry, "city", "Osaka");
    put_point(&entry, 34.69, 135.5);
    struct buffer whole = make_database(buffer_str(&entry));
    for (size_t n = 0; n < whole.n; n++)
        try_damaged((struct str){whole.p, n});
    uint64_t random = 42;
    for (int i = 0; i < 4000; i++) {
        char *copy = must_copy(buffer_str(&whole));
        for (int k = 0; k <= i % 4; k++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            copy[(random >> 33) % whole.n] = (char)(random >> 24);
        }
        try_damaged((struct str){copy, whole.n});
        free(copy);
    }
    buffer_done(&whole);
    buffer_done(&entry);
}

// ---- Real files, where there are any ----

static void agrees_with_real_files(void **state) {
    (void)state;
    const char *corpus = getenv("LHX_CORPUS");
    char path[512];
    struct place_database *d;
    struct place p;
    if (!corpus || !*corpus)
        skip();
    snprintf(path, sizeof path, "%s/mmdb/maxmind/test-data/GeoLite2-City-Test.mmdb", corpus);
    assert_int_equal(place_open(path, &d, NULL), OK);
    find(d, "216.160.83.57", &p);
    assert_true(str_eq(p.city, S("Milton")) && str_eq(p.country_code, S("US")));
    assert_true(fabs(p.latitude - 47.2513) < 1e-6 && fabs(p.longitude + 122.3149) < 1e-6);
    find(d, "2001:218::1", &p); // a country without a city: our middle of it
    assert_true(str_eq(p.country_code, S("JP")) && !p.city.p);
    assert_string_equal(p.located, "country");
    assert_true(str_starts(place_attribution(d), S("This product includes GeoLite")));
    place_close(d);
    snprintf(path, sizeof path, "%s/mmdb/maxmind/test-data/GeoLite2-ASN-Test.mmdb", corpus);
    assert_int_equal(place_open(path, &d, NULL), OK);
    find(d, "1.128.0.1", &p);
    assert_int_equal(p.asn, 1221);
    assert_true(str_eq(p.as_name, S("Telstra Pty Ltd")) && !p.located);
    place_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_addresses),       cmocka_unit_test(knows_countries),
        cmocka_unit_test(countries_are_sorted),  cmocka_unit_test(has_a_database_inside),
        cmocka_unit_test(reads_the_flat_layout), cmocka_unit_test(reads_the_nested_layout),
        cmocka_unit_test(believes_nothing),      cmocka_unit_test(refuses_other_files),
        cmocka_unit_test(survives_damage),       cmocka_unit_test(agrees_with_real_files),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
