// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Exit status 0 when node_modules holds what package-lock.json pins. npm writes what it installed to
// node_modules/.package-lock.json; parts for other machines (optional ones) may be absent there.
import { existsSync, readFileSync } from 'node:fs'

const installed = 'node_modules/.package-lock.json'
if (!existsSync(installed)) process.exit(1)
const read = file => JSON.parse(readFileSync(file)).packages
const wanted = read('package-lock.json')
const have = read(installed)
const differs = ([path, part]) =>
  path && (have[path] ? have[path].integrity !== part.integrity : !part.optional && !part.devOptional)
process.exit(Object.entries(wanted).some(differs) || Object.keys(have).some(path => !wanted[path]) ? 1 : 0)
