// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The page in a real browser against the real program. `LHX_BINARY=build/lhx node tests/page/run.mjs [FILE.mjs | WORD…]`
// runs the tests of that file, or those whose names hold one of the words. Screenshots are left in tests/page/shots.

import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { newPage, startBrowser } from './browser.mjs'

const FILES = ['door', 'sections', 'keyboard', 'pointer', 'lines', 'search', 'notebooks', 'timeline', 'hostile', 'live']
export const shots = fileURLToPath(new URL('shots/', import.meta.url))

async function runOne(browser, { name, run, view }, shared) {
  const { page, faults, close } = await newPage(browser, view)
  try {
    await run({ page, faults, shots, ...shared })
    if (faults.length) throw new Error(faults.join('\n'))
    return null
  } catch (error) {
    await page.screenshot({ path: `${shots}failed-${name.replace(/\W+/g, '-')}.png` }).catch(() => {})
    return `${error.message}${faults.length && !error.message.startsWith(faults[0]) ? `\n${faults.join('\n')}` : ''}`
  } finally {
    await close()
  }
}

await mkdir(shots, { recursive: true })
const words = process.argv.slice(2).filter((w) => !w.endsWith('.mjs'))
const files = process.argv.slice(2).filter((w) => w.endsWith('.mjs'))
const browser = await startBrowser()
let passed = 0
let failed = 0
for (const file of FILES.filter((f) => !files.length || files.includes(`${f}.mjs`))) {
  const { tests, setUp } = await import(`./${file}.mjs`)
  const chosen = tests.filter((t) => !words.length || words.some((w) => `${file} ${t.name}`.includes(w)))
  if (!chosen.length) continue
  const shared = await setUp()
  for (const test of chosen) {
    const start = performance.now()
    const problem = await runOne(browser, test, shared)
    problem ? failed++ : passed++
    console.log(`${problem ? 'FAIL' : 'ok  '} ${file}: ${test.name} (${Math.round(performance.now() - start)} ms)${problem ? `\n${problem.replace(/^/gm, '     ')}` : ''}`)
  }
  await shared.lhx.close()
}
await browser.close()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
