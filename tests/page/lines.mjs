// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The last door: what the page shows as a raw line is, byte for byte, what stands in the file at that offset.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { enter, goTo } from './browser.mjs'

export { setUp } from './sample.mjs'

async function bytesOf(path) {
  const bytes = await readFile(path)
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

export const tests = [
  {
    name: 'lines stand in their file at the bytes named',
    async run({ page, lhx, shots }) {
      await enter(page, lhx)
      await goTo(page, '#/search?q=Failed%20password')
      const rows = page.locator('[role=option]')
      await rows.first().waitFor()
      for (const index of [0, 3, 7]) {
        await rows.nth(index).click()
        await page.locator('aside .hit').waitFor()
        await page.waitForFunction(() => document.querySelector('aside')?.getAttribute('aria-busy') === 'false')
        const path = await page.locator('aside dd').first().innerText()
        const bytes = await bytesOf(path)
        const lines = await page.locator('aside .line').evaluateAll((all) => all.map((l) => [Number(l.children[0].textContent), l.children[1].textContent]))
        assert.ok(lines.length > 5, `${lines.length} lines`)
        for (const [offset, text] of lines) assert.equal(bytes.subarray(offset, offset + Buffer.byteLength(text)).toString(), text, `${path} at ${offset}`)
      }
      await page.screenshot({ path: `${shots}lines.png` })
    },
  },
  {
    name: 'more lines above and below',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/search?q=Failed%20password')
      await page.locator('[role=option]').nth(5).click()
      await page.locator('aside .hit').waitFor()
      const before = await page.locator('aside .line').count()
      await page.getByRole('button', { name: /more below/ }).click()
      await page.waitForFunction((n) => document.querySelectorAll('aside .line').length > n, before)
    },
  },
  {
    name: 'the moment of a line can be put in focus',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/search?q=Accepted')
      await page.locator('[role=option]').first().click()
      await page.locator('aside').getByRole('button', { name: 'focus' }).click()
      await page.locator('header .chip').waitFor()
      assert.match(page.url(), /focus=/)
      await page.getByRole('button', { name: 'Drop the focus' }).click()
      assert.doesNotMatch(page.url(), /focus=/)
    },
  },
]
