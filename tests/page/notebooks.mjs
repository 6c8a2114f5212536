// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// SQL of the analyst's own: run, fail, save, fork.

import assert from 'node:assert/strict'
import { enter, goTo, settle } from './browser.mjs'

export { setUp } from './sample.mjs'

/** Replaces the text of the first cell as a paste does. */
export async function write(page, sql) {
  const content = page.locator('.cm-content').first()
  await content.click()
  await page.keyboard.press('Control+a')
  await content.evaluate((element, text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, sql)
}

export const tests = [
  {
    name: 'typing in a cell is typing',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/new?sql=select+1')
      await write(page, 'select 41 as answer')
      await page.keyboard.press('Enter')
      await page.keyboard.type('-- t/?jk[1gl')
      assert.match(await page.locator('.cm-content').innerText(), /^select 41 as answer\n-- t\/\?jk\[1gl/)
      assert.match(page.url(), /#\/new/)
      await page.keyboard.press('Control+Enter')
      await page.getByRole('gridcell', { name: '41' }).waitFor()
    },
  },
  {
    name: 'SQL runs with Ctrl Enter and is drawn as its options say',
    async run({ page, lhx, shots }) {
      await enter(page, lhx)
      await goTo(page, '#/new?sql=select+1')
      await write(page, '--| view: bars\n--| title: Outcomes\nselect outcome, count(*) as n from logon group by all order by 2 desc')
      await page.keyboard.press('Control+Enter')
      const panel = page.locator('section.panel[aria-label="Outcomes"]')
      await panel.locator('tbody tr').first().waitFor()
      assert.match(await panel.innerText(), /failure/)
      await page.screenshot({ path: `${shots}sql.png` })
    },
  },
  {
    name: 'an error is shown in words and the cursor goes to it',
    async run({ page, lhx, faults, shots }) {
      await enter(page, lhx)
      await goTo(page, '#/new?sql=select+1')
      await write(page, 'select ts, no_such_column from logon')
      await page.keyboard.press('Control+Enter')
      await page.locator('main [role=alert]').waitFor()
      assert.match(await page.locator('main [role=alert]').innerText(), /no_such_column/)
      await page.screenshot({ path: `${shots}sql-error.png` })
      assert.ok(faults.length === 1 && faults[0].startsWith('status 4'), faults.join())
      faults.length = 0
      await write(page, 'select 42 as answer')
      await page.keyboard.press('Control+Enter')
      await page.getByRole('gridcell', { name: '42' }).waitFor()
      assert.equal(await page.locator('main [role=alert]').count(), 0)
    },
  },
  {
    name: 'a statement that does not end can be stopped',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/new?sql=select+1')
      await write(page, 'select sum(sin(range)) from range(100000000000)')
      await page.keyboard.press('Control+Enter')
      await page.locator('.stop').click({ timeout: 10_000 })
      await page.getByText(/^Stopped/).waitFor()
      await write(page, 'select 43 as answer')
      await page.keyboard.press('Control+Enter')
      await page.getByRole('gridcell', { name: '43' }).waitFor()
    },
  },
  {
    name: 'a notebook is saved, becomes a section, and opens again',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/new?sql=select+44+as+answer')
      await page.getByLabel('Title').fill('Odd hours')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('link', { name: 'Odd hours' }).waitFor()
      await settle(page)
      await page.getByRole('gridcell', { name: '44' }).waitFor()
      await page.getByRole('link', { name: 'edit' }).click()
      await page.locator('.cm-content').waitFor()
      assert.match(await page.locator('.cm-content').innerText(), /select 44 as answer/)
    },
  },
  {
    name: 'the SQL of a panel opens as a cell',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      const panel = page.locator('section.panel[aria-label="By account"]')
      await panel.getByRole('button', { name: /^SQL of/ }).click()
      await panel.getByRole('button', { name: 'open as a cell' }).click()
      await page.locator('.cm-content').waitFor()
      assert.match(await page.locator('.cm-content').innerText(), /from logon/)
    },
  },
  {
    name: 'a panel is exported whole',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      const panel = page.locator('section.panel[aria-label="By account"]')
      await panel.getByRole('button', { name: /^Export/ }).click()
      const [file] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: 'CSV' }).click()])
      const chunks = []
      for await (const chunk of await file.createReadStream()) chunks.push(chunk)
      assert.match(Buffer.concat(chunks).toString(), /^user_name,failed,succeeded\r\n/)
    },
  },
]
