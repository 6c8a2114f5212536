// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// No way from evidence to markup: the source of the page has none of the doors through which text becomes HTML or code,
// and neither has the built script, Svelte's and the libraries' parts of it included.

import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const SOURCE = [/\{@html/, /\binnerHTML\b/, /\bouterHTML\b/, /\binsertAdjacentHTML\b/, /\bdocument\.write/, /\beval\(/, /\bnew Function\b/, /\bsrcdoc\b/, /style="(?!\{)/]
const BUILT = [/\.innerHTML\s*=(?!=)/, /\.outerHTML\s*=(?!=)/, /insertAdjacentHTML\(/, /document\.write\(/, /[^.\w]eval\(/]

const root = new URL('../../web/', import.meta.url)
const problems = []

function look(name, text, rules) {
  for (const [i, line] of text.split('\n').entries()) {
    for (const rule of rules) {
      const at = line.search(rule)
      if (at >= 0) problems.push(`${name}:${i + 1}: ${line.slice(Math.max(0, at - 30), at + 50).trim()}`)
    }
  }
}

for (const name of await readdir(new URL('src/', root), { recursive: true })) {
  if (!/\.(ts|svelte)$/.test(name) || name.endsWith('.test.ts')) continue
  look(`web/src/${name}`, await readFile(new URL(`src/${name}`, root), 'utf8'), SOURCE)
}
const built = await readFile(new URL('dist/assets/app.js', root), 'utf8').catch(() => null)
if (built) look('web/dist/assets/app.js', built, BUILT)

for (const problem of problems) console.log(problem)
console.log(`${fileURLToPath(root)}: ${problems.length ? `${problems.length} doors open` : 'no door open'}${built ? '' : ' (source only: web/dist is not built)'}`)
process.exit(problems.length ? 1 : 0)
