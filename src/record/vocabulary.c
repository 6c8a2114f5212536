// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The lists of vocabulary.def as arrays.
#include "record/vocabulary.h"

#define NAME(id, name, meaning) name,
#define MEANING(id, name, meaning) meaning,

const char *const FACILITY_NAMES[] = {FACILITY_WORDS(NAME)};
const char *const SEVERITY_NAMES[] = {SEVERITY_WORDS(NAME)};
const char *const QUALITY_NAMES[] = {QUALITY_WORDS(NAME)};
const char *const OUTCOME_NAMES[] = {OUTCOME_WORDS(NAME)};
const char *const LOGON_KIND_NAMES[] = {LOGON_KIND_WORDS(NAME)};
const char *const METHOD_NAMES[] = {METHOD_WORDS(NAME)};
const char *const REASON_NAMES[] = {REASON_WORDS(NAME)};
const char *const SOURCE_STATE_NAMES[] = {SOURCE_STATE_WORDS(NAME)};
const char *const ANOMALY_NAMES[] = {ANOMALY_WORDS(NAME)};
const char *const WITNESS_NAMES[] = {WITNESS_WORDS(NAME)};
const char *const FLOW_DIRECTION_NAMES[] = {FLOW_DIRECTION_WORDS(NAME)};
const char *const FLOW_DECISION_NAMES[] = {FLOW_DECISION_WORDS(NAME)};
const char *const ALERT_SEVERITY_NAMES[] = {ALERT_SEVERITY_WORDS(NAME)};
const char *const HOST_EVENT_NAMES[] = {HOST_EVENT_WORDS(NAME)};
const char *const ITEM_NAMES[] = {ITEM_WORDS(NAME)};

static const char *const FACILITY_MEANINGS[] = {FACILITY_WORDS(MEANING)};
static const char *const SEVERITY_MEANINGS[] = {SEVERITY_WORDS(MEANING)};
static const char *const QUALITY_MEANINGS[] = {QUALITY_WORDS(MEANING)};
static const char *const OUTCOME_MEANINGS[] = {OUTCOME_WORDS(MEANING)};
static const char *const LOGON_KIND_MEANINGS[] = {LOGON_KIND_WORDS(MEANING)};
static const char *const METHOD_MEANINGS[] = {METHOD_WORDS(MEANING)};
static const char *const REASON_MEANINGS[] = {REASON_WORDS(MEANING)};
static const char *const SOURCE_STATE_MEANINGS[] = {SOURCE_STATE_WORDS(MEANING)};
static const char *const ANOMALY_MEANINGS[] = {ANOMALY_WORDS(MEANING)};
static const char *const WITNESS_MEANINGS[] = {WITNESS_WORDS(MEANING)};
static const char *const FLOW_DIRECTION_MEANINGS[] = {FLOW_DIRECTION_WORDS(MEANING)};
static const char *const FLOW_DECISION_MEANINGS[] = {FLOW_DECISION_WORDS(MEANING)};
static const char *const ALERT_SEVERITY_MEANINGS[] = {ALERT_SEVERITY_WORDS(MEANING)};
static const char *const HOST_EVENT_MEANINGS[] = {HOST_EVENT_WORDS(MEANING)};
static const char *const ITEM_MEANINGS[] = {ITEM_WORDS(MEANING)};

#define VOCABULARY(upper, type)                                                                                        \
    { type, upper##_NAMES, upper##_MEANINGS, upper##_COUNT }
const struct vocabulary VOCABULARIES[] = {
    VOCABULARY(FACILITY, "facility"),
    VOCABULARY(SEVERITY, "severity"),
    VOCABULARY(QUALITY, "ts_quality"),
    VOCABULARY(OUTCOME, "outcome"),
    VOCABULARY(LOGON_KIND, "logon_kind"),
    VOCABULARY(METHOD, "method"),
    VOCABULARY(REASON, "reason"),
    VOCABULARY(SOURCE_STATE, "source_state"),
    VOCABULARY(ANOMALY, "anomaly_kind"),
    VOCABULARY(WITNESS, "witness"),
    VOCABULARY(FLOW_DIRECTION, "flow_direction"),
    VOCABULARY(FLOW_DECISION, "flow_decision"),
    VOCABULARY(ALERT_SEVERITY, "alert_severity"),
    VOCABULARY(HOST_EVENT, "host_event_kind"),
    VOCABULARY(ITEM, "item_kind"),
};
const size_t VOCABULARIES_COUNT = sizeof VOCABULARIES / sizeof *VOCABULARIES;
