// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Tables and columns for completion, asked of the case itself, once.

import { runQuery } from '../api/client'
import type { Schema } from './codemirror'

const SQL = 'select table_name, column_name from information_schema.columns order by table_name, ordinal_position'
let asked: Promise<Schema> | null = null

async function ask(): Promise<Schema> {
  const schema: Schema = {}
  const { rows } = await runQuery(SQL, { hosts: null, from: null, to: null })
  for (const [table, column] of rows) (schema[String(table)] ??= []).push(String(column))
  return schema
}

export function readSchema(): Promise<Schema> {
  asked ??= ask().catch(() => {
    asked = null // completion is a comfort; the next cell tries again
    return {}
  })
  return asked
}
