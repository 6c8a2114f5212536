// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
#pragma once

#include "format/format.h"

extern const struct format eve_format, falco_format, wazuh_format, fast_format;
