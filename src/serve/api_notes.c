// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What the analyst writes down.
#include "serve/room.h"

#include "case/notes.h"

#include <stdlib.h>

static void add_pin(struct buffer *b, const struct note_pin *p) {
    const struct {
        const char *key;
        struct str value;
    } texts[] = {{"notebook", p->notebook}, {"cell", p->cell}, {"title", p->title}, {"note", p->note}};
    buffer_print(b, "{\"id\":%lld", (long long)p->id);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buffer_print(b, ",\"%s\":", texts[i].key);
        buffer_add_json(b, texts[i].value);
    }
    // Stored as JSON, but by whom is not known: it is read, not passed on.
    json_t *scope = json_loadb(p->scope.p, p->scope.n, 0, NULL);
    char *text = scope ? json_dumps(scope, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    buffer_add(b, S(",\"scope\":"));
    buffer_add(b, text ? str_of(text) : S("null"));
    free(text);
    json_decref(scope);
    buffer_add(b, S(",\"created\":"));
    json_time(b, p->created);
    buffer_add_char(b, '}');
}

static void add_notes(struct buffer *b, const struct notes *notes) {
    buffer_add(b, S("{\"verdicts\":{"));
    for (size_t i = 0; i < notes->verdicts_n; i++) {
        buffer_add(b, i ? S(",") : S(""));
        buffer_add_json(b, notes->verdicts[i].notebook);
        buffer_print(b, ":\"%s\"", NOTE_VERDICT_NAMES[notes->verdicts[i].value]);
    }
    buffer_add(b, S("},\"pins\":["));
    for (size_t i = 0; i < notes->pins_n; i++) {
        buffer_add(b, i ? S(",") : S(""));
        add_pin(b, &notes->pins[i]);
    }
    buffer_add(b, S("],\"notes\":"));
    buffer_add_json(b, notes->text);
    buffer_add_char(b, '}');
}

void api_notes(struct call *call) {
    struct notes notes;
    struct buffer b = {0};
    struct error error;
    error_clear(&error);
    if (notes_load(case_folder(call->serve->file), &call->arena, &notes, &error) == OK) {
        add_notes(&b, &notes);
        answer_json(call, &b);
    } else {
        answer_error(call, 500, &error, -1);
    }
    buffer_done(&b);
}

static enum status write_verdict(const char *folder, const json_t *json, struct error *error) {
    struct str notebook = STR_NONE, value = STR_NONE;
    const struct json_field fields[] = {{"notebook", JSON_TEXT, true, &notebook}, {"value", JSON_TEXT, true, &value}};
    enum status status = JSON_TAKE(json, fields, error);
    if (status != OK)
        return status;
    if (!notebook_name_valid(notebook))
        return error_set(error, FAIL, 0, "'notebook' is not a name a notebook can have");
    for (size_t i = 0; i < NOTE_VERDICTS; i++)
        if (str_eq(value, str_of(NOTE_VERDICT_NAMES[i])))
            return notes_set_verdict(folder, notebook, (enum note_verdict)i, error);
    return error_set(error, FAIL, 0, "'value' must be undecided, supported or refuted");
}

static enum status write_pin(const char *folder, const json_t *json, struct error *error) {
    struct note_pin pin = {.title = S(""), .note = S("")};
    json_t *scope = NULL;
    const struct json_field fields[] = {{"notebook", JSON_TEXT, true, &pin.notebook},
                                        {"cell", JSON_TEXT, true, &pin.cell},
                                        {"title", JSON_TEXT, false, &pin.title},
                                        {"scope", JSON_WITHIN, false, &scope},
                                        {"note", JSON_TEXT, false, &pin.note}};
    enum status status = JSON_TAKE(json, fields, error);
    if (status != OK)
        return status;
    char *text = scope ? json_dumps(scope, JSON_COMPACT) : NULL;
    pin.scope = text ? str_of(text) : S("null");
    status = notes_add_pin(folder, &pin, error);
    free(text);
    return status;
}

void api_notes_write(struct call *call) {
    json_t *verdict = NULL, *pin = NULL;
    struct str text = STR_NONE;
    uint64_t unpin = UINT64_MAX;
    struct error error;
    error_clear(&error);
    const char *folder = case_folder(call->serve->file);
    const struct json_field fields[] = {{"verdict", JSON_WITHIN, false, &verdict},
                                        {"pin", JSON_WITHIN, false, &pin},
                                        {"unpin", JSON_COUNT, false, &unpin},
                                        {"notes", JSON_TEXT, false, &text}};
    enum status status = JSON_TAKE(call->body, fields, &error);
    if (status == OK && json_object_size(call->body) != 1)
        status = error_set(&error, FAIL, 0, "one of 'verdict', 'pin', 'unpin' and 'notes' is needed");
    else if (status == OK && verdict)
        status = write_verdict(folder, verdict, &error);
    else if (status == OK && pin)
        status = write_pin(folder, pin, &error);
    else if (status == OK && text.p)
        status = notes_set_text(folder, text, &error);
    else if (status == OK && unpin != UINT64_MAX)
        status = notes_remove_pin(folder, (int64_t)unpin, &error);
    else if (status == OK)
        status = error_set(&error, FAIL, 0, "there is nothing to write");
    if (status == OK)
        api_notes(call);
    else
        answer_error(call, 400, &error, -1);
}
