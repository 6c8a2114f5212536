// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The way in: the token leaves the address, a page without one explains itself, and the whole page stays small.

import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { enter } from './browser.mjs'

export { setUp } from './sample.mjs'

export const tests = [
  {
    name: 'the token is taken out of the address',
    async run({ page, lhx }) {
      await enter(page, lhx)
      assert.ok(!page.url().includes('t='), page.url())
      assert.equal(await page.evaluate(() => document.cookie), '', 'scripts cannot read the cookie')
    },
  },
  {
    name: 'without a token the page says which address to open',
    async run({ page, lhx, faults }) {
      await page.goto(lhx.base)
      await page.getByRole('heading', { name: 'This page needs its key' }).waitFor()
      assert.match(await page.locator('main').innerText(), /the address that lhx printed/)
      assert.ok(faults.every((f) => f.startsWith('status 401')), faults.join())
      faults.length = 0
    },
  },
  {
    name: 'a wrong token is refused in words',
    async run({ page, lhx, faults }) {
      await page.goto(`${lhx.base}#t=${'0'.repeat(64)}`)
      await page.getByRole('heading', { name: 'This page needs its key' }).waitFor()
      assert.ok(faults.every((f) => f.startsWith('status 403')), faults.join())
      faults.length = 0
    },
  },
  {
    name: 'all script of the page is at most 450 kB gzipped',
    async run({ page, lhx }) {
      const scripts = []
      page.on('response', async (answer) => answer.url().endsWith('.js') && scripts.push(answer.body()))
      await enter(page, lhx)
      const bytes = (await Promise.all(scripts)).reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0)
      console.log(`     script: ${bytes} bytes gzipped`)
      assert.ok(bytes > 10_000 && bytes <= 450_000, `${bytes} bytes`)
    },
  },
]
