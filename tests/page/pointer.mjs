// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The same way with a pointer: the strip in the top bar, wheel, drag, the strip below a timeline, a choice in a list,
// the zone, the order and the columns of a table. All of it is in the address afterwards.

import assert from 'node:assert/strict'
import { enter, goTo, settle } from './browser.mjs'

export { setUp } from './sample.mjs'

const PANEL = 'section.panel[aria-label="Attempts over time"]'
const hash = (page) => page.evaluate(() => decodeURIComponent(location.hash))
const windowOf = async (page) => /w\.attempts=([^~]+)~([^&]+)/.exec(await hash(page))?.slice(1).map(Date.parse)

async function drag(page, from, to) {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move((from.x + to.x) / 2, to.y, { steps: 4 })
  await page.mouse.move(to.x, to.y, { steps: 4 })
  await page.mouse.up()
}

async function at(locator, x, y) {
  const box = await locator.boundingBox()
  return { x: box.x + box.width * x, y: box.y + box.height * y }
}

export const tests = [
  {
    name: 'the strip in the top bar sets the range, a double click all of it',
    async run({ page, lhx }) {
      await enter(page, lhx)
      const strip = page.locator('header .brush')
      await drag(page, await at(strip, 0.3, 0.5), await at(strip, 0.6, 0.5))
      await page.waitForFunction(() => location.hash.includes('from='))
      const [from, to] = /from=([^&]+)&to=([^&]+)/.exec(await hash(page)).slice(1).map(Date.parse)
      const days = (to - from) / 86_400_000
      assert.ok(days > 2.3 && days < 3, `${days} days`)
      await settle(page)
      await strip.dblclick({ position: { x: 4, y: 10 } })
      await page.waitForFunction(() => !location.hash.includes('from='))
    },
  },
  {
    name: 'a timeline zooms by wheel, moves by drag, and by the strip below it',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      const plot = page.locator(`${PANEL} canvas`)
      await plot.scrollIntoViewIfNeeded()
      await page.waitForTimeout(500) // a page at rest: while it is scrolled the wheel scrolls
      const middle = await at(plot, 0.5, 0.5)
      await page.mouse.move(middle.x, middle.y)
      for (let i = 0; i < 6; i++) await page.mouse.wheel(0, -120)
      await page.waitForFunction(() => location.hash.includes('w.attempts='))
      await settle(page)
      const near = await windowOf(page)
      await drag(page, middle, { x: middle.x + 200, y: middle.y })
      await page.waitForTimeout(500)
      const moved = await windowOf(page)
      assert.ok(moved[0] < near[0], 'dragging to the right shows earlier times')
      assert.ok(Math.abs(moved[1] - moved[0] - (near[1] - near[0])) < 5, 'and keeps the width')
      const strip = page.locator(`${PANEL} .brush`)
      await drag(page, await at(strip, 0.05, 0.5), await at(strip, 0.25, 0.5))
      await page.waitForTimeout(500)
      const drawn = await windowOf(page)
      assert.ok(drawn[1] < moved[1], 'a new piece is drawn on the strip')
      await page.locator(PANEL).getByRole('button', { name: 'show all' }).click()
      await page.waitForFunction(() => !location.hash.includes('w.attempts='))
    },
  },
  {
    name: 'an account chosen in the bars narrows the section',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      await page.locator('section.panel[aria-label="By account"]').getByRole('button', { name: 'root', exact: true }).click()
      await page.waitForFunction(() => location.hash.includes('user_name=root'))
      await settle(page)
      assert.equal(await page.locator('section.panel[aria-label="By account"] tbody tr').count(), 1)
      await page.getByRole('button', { name: 'Drop user name' }).click()
      assert.doesNotMatch(await hash(page), /user_name/)
    },
  },
  {
    name: 'a finding leads to what it speaks of',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await page.locator('section.panel[aria-label="What stands out"] a.way').first().click()
      await settle(page)
      assert.notEqual((await hash(page)).replace(/\?.*/, ''), '#/overview')
      assert.deepEqual(await page.locator('main [role=alert]').allInnerTexts(), [])
      await page.goBack()
      await settle(page)
      await page.locator('section.panel[aria-label="What stands out"] button.way').first().click()
      await page.locator('aside .hit').waitFor()
    },
  },
  {
    name: 'times follow the zone',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      const first = page.locator('section.panel[aria-label="Successes"] [role=gridcell] .mono').first()
      const utc = Date.parse(`${await first.innerText()}Z`)
      await page.getByLabel('Time zone').selectOption('host')
      assert.equal(Date.parse(`${await first.innerText()}Z`) - utc, 3_600_000, 'Berlin in March')
      await page.getByLabel('Time zone').selectOption('browser')
      assert.equal(Date.parse(`${await first.innerText()}Z`) - utc, -4 * 3_600_000, 'New York in March')
      assert.match(await hash(page), /zone=browser/)
    },
  },
  {
    name: 'the order, the filter and the columns of a table are kept',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons')
      const panel = page.locator('section.panel[aria-label="By source"]')
      await panel.getByRole('columnheader', { name: 'address' }).getByRole('button').click()
      await settle(page)
      await panel.getByLabel('Filter rows').fill('Brazil')
      await page.waitForFunction(() => location.hash.includes('Brazil'))
      await panel.getByRole('button', { name: 'Columns of' }).click()
      await panel.getByLabel('place').uncheck()
      assert.match(await hash(page), /t\.sources=address,place~Brazil/)
      await page.reload()
      await settle(page)
      assert.equal(await panel.getByRole('columnheader', { name: 'place' }).count(), 0)
      assert.equal(await panel.getByRole('columnheader', { name: 'address' }).getAttribute('aria-sort'), 'ascending')
      assert.equal(await panel.locator('.space [role=row]').count(), 1)
    },
  },
  {
    name: 'many hosts, one, and all of them again',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await page.getByRole('button', { name: /^Hosts:/ }).click()
      await page.getByLabel('Find a host').fill('WEB')
      await page.keyboard.press('Enter')
      assert.match(await hash(page), /host=web-01/)
      await page.getByRole('button', { name: 'Hosts: web-01' }).click()
      await page.getByLabel('all hosts').check()
      assert.doesNotMatch(await hash(page), /host=/)
    },
  },
]
