// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Searching every line, by text and by expression.

import assert from 'node:assert/strict'
import { enter, goTo, settle } from './browser.mjs'

export { setUp } from './sample.mjs'

const marks = (page) => page.locator('[role=option] mark').allInnerTexts()

export const tests = [
  {
    name: 'text is found as it is typed',
    async run({ page, lhx, shots }) {
      await enter(page, lhx)
      await goTo(page, '#/search')
      await page.locator('main input[type=search]').pressSequentially('accepted PASS', { delay: 20 })
      await page.locator('[role=option] mark').first().waitFor()
      for (const text of await marks(page)) assert.equal(text.toLowerCase(), 'accepted pass')
      assert.match(page.url(), /q=accepted\+PASS/)
      await page.screenshot({ path: `${shots}search.png` })
    },
  },
  {
    name: 'an expression waits for Enter',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/search')
      await page.getByLabel('regular expression').check()
      await page.locator('main input[type=search]').fill('Accepted (password|publickey) for \\S+')
      await page.keyboard.press('Enter')
      await page.locator('[role=option] mark').first().waitFor()
      for (const text of await marks(page)) assert.match(text, /^Accepted (password|publickey) for \S+$/)
    },
  },
  {
    name: 'a broken expression is named',
    async run({ page, lhx, faults }) {
      await enter(page, lhx)
      await goTo(page, '#/search?regex=1&q=%28')
      await page.locator('main [role=alert]').waitFor()
      assert.ok(faults.length && faults.every((f) => f.startsWith('status 4')), faults.join())
      faults.length = 0
    },
  },
  {
    name: 'a program narrows it',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/search?q=session&program=sudo')
      await page.locator('[role=option]').first().waitFor()
      const programs = await page.locator('[role=option] .program').allInnerTexts()
      assert.ok(programs.length && programs.every((p) => p === 'sudo'), programs.join())
    },
  },
  {
    name: 'nothing found says what was asked',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/search?q=zzz-no-such-thing-zzz')
      await page.getByText('No line has it.').waitFor()
    },
  },
  {
    name: 'pages go on to the end',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/search?q=sshd')
      await settle(page)
      const list = page.locator('.list')
      await list.waitFor()
      for (let i = 0; i < 60 && /^first/.test(await page.locator('main header p').innerText()); i++) {
        await list.press('End')
        await page.waitForTimeout(60)
      }
      const words = await page.locator('main header p').innerText()
      const found = Number(/^([\d,]+) lines/.exec(words)?.[1]?.replaceAll(',', ''))
      assert.ok(found > 200, words)
      assert.equal(await page.locator('.list .space').evaluate((e) => e.clientHeight / 26), found)
    },
  },
]
