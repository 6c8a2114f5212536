// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The enums of vocabulary.def. `*_COUNT` doubles as "not known" where a field may be unknown.
#pragma once

#include "base/str.h"
#include "record/vocabulary.def"

#define WORD(id, name, meaning) FACILITY_##id,
enum facility { FACILITY_WORDS(WORD) FACILITY_COUNT };
#undef WORD
#define WORD(id, name, meaning) SEVERITY_##id,
enum severity { SEVERITY_WORDS(WORD) SEVERITY_COUNT };
#undef WORD
#define WORD(id, name, meaning) QUALITY_##id,
enum quality { QUALITY_WORDS(WORD) QUALITY_COUNT };
#undef WORD
#define WORD(id, name, meaning) OUTCOME_##id,
enum outcome { OUTCOME_WORDS(WORD) OUTCOME_COUNT };
#undef WORD
#define WORD(id, name, meaning) LOGON_KIND_##id,
enum logon_kind { LOGON_KIND_WORDS(WORD) LOGON_KIND_COUNT };
#undef WORD
#define WORD(id, name, meaning) METHOD_##id,
enum method { METHOD_WORDS(WORD) METHOD_COUNT };
#undef WORD
#define WORD(id, name, meaning) REASON_##id,
enum reason { REASON_WORDS(WORD) REASON_COUNT };
#undef WORD
#define WORD(id, name, meaning) SOURCE_STATE_##id,
enum source_state { SOURCE_STATE_WORDS(WORD) SOURCE_STATE_COUNT };
#undef WORD
#define WORD(id, name, meaning) ANOMALY_##id,
enum anomaly_kind { ANOMALY_WORDS(WORD) ANOMALY_COUNT };
#undef WORD
#define WORD(id, name, meaning) WITNESS_##id,
enum witness { WITNESS_WORDS(WORD) WITNESS_COUNT };
#undef WORD
#define WORD(id, name, meaning) FLOW_DIRECTION_##id,
enum flow_direction { FLOW_DIRECTION_WORDS(WORD) FLOW_DIRECTION_COUNT };
#undef WORD
#define WORD(id, name, meaning) FLOW_DECISION_##id,
enum flow_decision { FLOW_DECISION_WORDS(WORD) FLOW_DECISION_COUNT };
#undef WORD
#define WORD(id, name, meaning) ALERT_SEVERITY_##id,
enum alert_severity { ALERT_SEVERITY_WORDS(WORD) ALERT_SEVERITY_COUNT };
#undef WORD
#define WORD(id, name, meaning) HOST_EVENT_##id,
enum host_event_kind { HOST_EVENT_WORDS(WORD) HOST_EVENT_COUNT };
#undef WORD
#define WORD(id, name, meaning) ITEM_##id,
enum item_kind { ITEM_WORDS(WORD) ITEM_COUNT };
#undef WORD

// One vocabulary as a table: its SQL type name and its words in stored order.
struct vocabulary {
    const char *type;
    const char *const *names;
    const char *const *meanings;
    size_t n;
};
extern const struct vocabulary VOCABULARIES[];
extern const size_t VOCABULARIES_COUNT;

// The words by themselves, by enumerator.
extern const char *const FACILITY_NAMES[];
extern const char *const SEVERITY_NAMES[];
extern const char *const QUALITY_NAMES[];
extern const char *const OUTCOME_NAMES[];
extern const char *const LOGON_KIND_NAMES[];
extern const char *const METHOD_NAMES[];
extern const char *const REASON_NAMES[];
extern const char *const SOURCE_STATE_NAMES[];
extern const char *const ANOMALY_NAMES[];
extern const char *const WITNESS_NAMES[];
extern const char *const FLOW_DIRECTION_NAMES[];
extern const char *const FLOW_DECISION_NAMES[];
extern const char *const ALERT_SEVERITY_NAMES[];
extern const char *const HOST_EVENT_NAMES[];
extern const char *const ITEM_NAMES[];
