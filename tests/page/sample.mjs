// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The sample host, as most of the tests use it.

import { fileURLToPath } from 'node:url'
import { openEvidence } from './lhx.mjs'

export const SAMPLE = fileURLToPath(new URL('../../samples/web-01', import.meta.url))
export const setUp = async () => ({ lhx: await openEvidence(SAMPLE) })
