// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The way through an investigation without a pointer.

import assert from 'node:assert/strict'
import { enter, goTo, settle } from './browser.mjs'

export { setUp } from './sample.mjs'

const hash = (page) => page.evaluate(() => location.hash)
const section = async (page) => (await hash(page)).replace(/^#\/|\?.*$/g, '')

export const tests = [
  {
    name: 'g and a letter, and digits, go to sections',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await page.keyboard.type('gl')
      await settle(page)
      assert.equal(await section(page), 'logons')
      await page.keyboard.press('1')
      assert.equal(await section(page), 'overview')
      await page.goBack()
      await settle(page)
      assert.equal(await section(page), 'logons', 'back is the section before')
    },
  },
  {
    name: 'slash searches, the arrow goes into the lines, Enter opens one, Escape closes it',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await page.keyboard.press('/')
      await page.keyboard.type('Accepted')
      await page.keyboard.press('Enter')
      await page.locator('[role=option]').first().waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('j')
      await page.keyboard.press('Enter')
      await page.locator('aside .hit').waitFor()
      assert.match(await page.locator('aside .hit').innerText(), /Accepted/)
      const first = await hash(page)
      await page.keyboard.press('j')
      await page.waitForFunction((was) => location.hash !== was, first)
      await page.keyboard.press('Escape')
      assert.equal(await page.locator('aside').count(), 0)
    },
  },
  {
    name: 'j, k and Enter in a table open the raw line of the row',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      await page.locator('section.panel[aria-label="Successes"] [role=grid]').focus()
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.keyboard.press('k')
      assert.equal(await page.locator('section.panel[aria-label="Successes"] [aria-selected=true]').count(), 1)
      await page.keyboard.press('Enter')
      await page.locator('aside .hit').waitFor()
      assert.match(await hash(page), /open=\d+/)
    },
  },
  {
    name: 'r takes a range in words, brackets go back and forth',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      await page.keyboard.press('r')
      await page.locator('.pop input').first().fill('not a time')
      await page.keyboard.press('Enter')
      assert.match(await page.locator('.pop [role=alert]').innerText(), /not a time/)
      const { from } = await page.evaluate(async () => (await fetch('/api/case')).json())
      const day = new Date(Date.parse(from) + 86_400_000).toISOString().slice(0, 10)
      await page.locator('.pop input').first().fill(day)
      await page.locator('.pop input').last().fill(day)
      await page.keyboard.press('Enter')
      assert.ok((await hash(page)).includes(`from=${day}T00:00:00.000000Z&to=${day}T23:59:59.999`), await hash(page))
      await settle(page)
      await page.keyboard.press('[')
      assert.ok(!(await hash(page)).includes('from='))
      await page.keyboard.press(']')
      assert.ok((await hash(page)).includes(`from=${day}`))
    },
  },
  {
    name: 'a timeline zooms, moves and shows all again by keys',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      await page.locator('section.panel[aria-label="Attempts over time"] .plot').focus()
      await page.keyboard.press('+')
      await page.waitForFunction(() => location.hash.includes('w.attempts='))
      const near = await hash(page)
      await page.keyboard.press('ArrowRight')
      await page.waitForFunction((was) => location.hash !== was, near)
      await page.keyboard.press('0')
      await page.waitForFunction(() => !location.hash.includes('w.attempts='))
    },
  },
  {
    name: 'lanes are switched off and on by keys',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      const lane = page.locator('section.panel[aria-label="Attempts over time"] .names button').first()
      await lane.focus()
      await page.keyboard.press('Space')
      assert.equal(await page.locator('.names button[aria-pressed=false]').count(), 1)
      await page.locator('.names button[aria-pressed=false]').press('Enter')
      assert.equal(await page.locator('.names button[aria-pressed=false]').count(), 0)
    },
  },
  {
    name: 't changes the theme, the question mark helps',
    async run({ page, lhx }) {
      await enter(page, lhx)
      const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
      assert.equal(await theme(), 'light')
      await page.keyboard.press('t')
      await page.keyboard.press('t')
      assert.equal(await theme(), 'dark')
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Escape')
      assert.equal(await page.locator('dialog').count(), 0)
    },
  },
  {
    name: 'the focus is always to be seen',
    async run({ page, lhx }) {
      await enter(page, lhx)
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press('Tab')
        const seen = await page.evaluate(() => {
          const it = document.activeElement
          if (!it || it === document.body) return 'body'
          const style = getComputedStyle(it)
          return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 ? 'body' : it.outerHTML.slice(0, 120)
        })
        assert.equal(seen, 'body')
      }
    },
  },
  {
    name: 'a verdict and a pin are kept',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      await page.getByRole('button', { name: 'Supported' }).press('Enter')
      await page.locator('section.panel[aria-label="Attempts over time"]').getByRole('button', { name: /^Pin / }).press('Enter')
      await page.getByText('Pinned: Attempts over time').waitFor()
      await page.reload()
      await settle(page)
      assert.equal(await page.getByRole('button', { name: 'Supported' }).getAttribute('aria-pressed'), 'true')
      await goTo(page, '#/pinned')
      await page.locator('section.panel[aria-label="Attempts over time"]').waitFor()
      await page.getByRole('button', { name: 'unpin' }).click()
      await page.getByText('Nothing is pinned yet').waitFor()
    },
  },
]
