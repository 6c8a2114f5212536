// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The page while the evidence is still being read: there at once, says how far it is, fills, and ends up whole without
// being loaded again.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enter, settle } from './browser.mjs'
import { openEvidence } from './lhx.mjs'
import { SAMPLE } from './sample.mjs'

const LINES = 1_500_000
const START = Date.UTC(2026, 2, 2)
let folder

function* blocks() {
  for (let i = 0; i < LINES; i += 5000) {
    let text = ''
    for (let k = i; k < i + 5000; k++) {
      const stamp = new Date(START + k * 900).toISOString().replace('Z', '000+00:00')
      text += `${stamp} db-02 sshd[${1000 + (k % 30_000)}]: Failed password for user${k % 50} from 192.0.2.${k % 200} port ${20_000 + (k % 40_000)} ssh2\n`
    }
    yield text
  }
}

/** The program is started by the test itself: its first second is what is looked at. */
export async function setUp() {
  folder = await mkdtemp(join(tmpdir(), 'lhx-live-'))
  await writeFile(join(folder, 'auth.log'), blocks())
  return { lhx: { close: () => rm(folder, { recursive: true, force: true }) } }
}

/** Everything that was said at the foot of the sections. */
const watchWords = () => {
  window.said = []
  new MutationObserver(() => {
    const words = document.querySelector('nav [role=status]')?.innerText
    if (words && words !== window.said.at(-1)) window.said.push(words)
  }).observe(document, { subtree: true, childList: true, characterData: true })
}

export const tests = [
  {
    name: 'panels fill while it reads, and end up whole',
    async run({ page, shots }) {
      await page.addInitScript(watchWords)
      const start = performance.now()
      const lhx = await openEvidence(join(folder, 'auth.log'))
      try {
        await page.goto(lhx.address)
        await page.locator('nav').waitFor()
        const there = performance.now() - start
        await page.locator('section.panel').first().waitFor()
        console.log(`     page there after ${Math.round(there)} ms, panels after ${Math.round(performance.now() - start)} ms`)
        assert.ok(there < 5000, `${there} ms`)
        await page.screenshot({ path: `${shots}reading.png` })
        await page.locator('.partial').waitFor({ state: 'detached', timeout: 60_000 })
        await settle(page)
        const said = await page.evaluate(() => window.said)
        console.log(`     said ${said.length} times, the first: ${said[0]?.replace('\n', ' · ')}`)
        assert.ok(said.some((words) => /reading|placing|tying/.test(words)), said.join())
        await page.locator('nav a', { hasText: 'Overview' }).getByText(LINES.toLocaleString('en-US')).waitFor()
        assert.equal(await page.locator('nav [role=status]').count(), 0)
        const records = await page.locator('section.panel[aria-label="The evidence"] dt', { hasText: /^records$/ }).locator('+ dd').innerText()
        assert.equal(records, LINES.toLocaleString('en-US'))
      } finally {
        await page.goto('about:blank')
        await lhx.close()
      }
    },
  },
  {
    name: 'when the program ends the page says so and keeps what it shows',
    async run({ page, faults }) {
      const lhx = await openEvidence(SAMPLE)
      await enter(page, lhx)
      await lhx.close()
      await page.getByText('lhx does not answer').waitFor()
      assert.ok((await page.locator('section.panel').count()) > 3)
      assert.ok(faults.every((f) => /ERR_CONNECTION|ERR_INCOMPLETE/.test(f)), faults.join())
      faults.length = 0
    },
  },
]
