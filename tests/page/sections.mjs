// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Every section, light and dark, wide and narrow: it renders, nothing is wrong in the console, and axe has nothing
// serious to say.

import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { enter, goTo } from './browser.mjs'

export { setUp } from './sample.mjs'

const SECTIONS = ['overview', 'logons', 'search', 'search?q=Failed', 'pinned', 'new', 'edit/search']
const slug = (section) => section.replace(/\W+/g, '-')

async function check(page, shots, section, theme, size, axe) {
  await goTo(page, `#/${section}`)
  const problems = await page.locator('main [role=alert]').allInnerTexts()
  assert.deepEqual(problems, [], `${section}: ${problems.join('; ')}`)
  await page.screenshot({ path: `${shots}${slug(section)}-${theme}-${size}.png` })
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  assert.ok(over <= 0, `${section} is ${over} px wider than the window`)
  if (!axe) return
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze()
  const grave = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  const words = grave.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.any[0]?.message ?? ''}`).join(' | ')}`)
  assert.deepEqual(words, [], `${section}\n${words.join('\n')}`)
}

const everySection = (theme, width, height, axe = false) => ({
  name: `every section, ${theme}, ${width} × ${height}`,
  view: { theme, width, height },
  async run({ page, lhx, shots }) {
    await enter(page, lhx)
    for (const section of SECTIONS) await check(page, shots, section, theme, width, axe)
  },
})

export const tests = [
  everySection('light', 1440, 1000, true),
  everySection('dark', 1440, 1000, true),
  everySection('light', 1024, 800),
  everySection('dark', 2560, 1300),
  {
    name: 'every panel of the notebooks has an answer or says why not',
    async run({ page, lhx }) {
      await enter(page, lhx)
      for (const section of ['overview', 'logons']) {
        await goTo(page, `#/${section}`)
        const { blocks } = await page.evaluate(async (name) => (await fetch(`/api/notebooks/${name}`)).json(), section)
        const cells = blocks.filter((b) => b.kind === 'cell')
        assert.equal(await page.locator('section.panel').count(), cells.length)
        for (const panel of await page.locator('section.panel .body').all()) {
          const text = (await panel.innerText()).trim()
          const drawn = await panel.locator('canvas, table, [role=grid]').count()
          assert.ok(text || drawn, 'an empty panel')
        }
      }
    },
  },
  {
    name: 'a range without evidence says so in every panel',
    async run({ page, lhx, shots }) {
      await enter(page, lhx)
      await goTo(page, '#/logons?from=1999-01-01T00:00:00Z&to=1999-01-02T00:00:00Z')
      const empty = await page.locator('section.panel .empty').count()
      assert.ok(empty >= 5, `${empty} panels say that they are empty`)
      assert.deepEqual(await page.locator('main [role=alert]').allInnerTexts(), [])
      await page.screenshot({ path: `${shots}logons-empty.png` })
    },
  },
  {
    name: 'an unknown section says what to do',
    async run({ page, lhx, faults }) {
      await enter(page, lhx)
      await goTo(page, '#/no-such-section')
      await page.locator('main [role=alert]').waitFor()
      assert.ok(faults.length > 0 && faults.every((f) => f.startsWith('status 404')), faults.join())
      faults.length = 0
    },
  },
  {
    name: 'the whole frame follows the host and the range',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/logons?host=no-such-host')
      const requests = []
      page.on('request', (r) => r.url().endsWith('/api/cell') && requests.push(JSON.parse(r.postData())))
      await goTo(page, '#/logons?host=web-01&from=2026-01-01T00:00:00Z')
      const panels = requests.filter((r) => r.cell !== 'volume')
      assert.ok(panels.length > 3)
      for (const r of panels) assert.deepEqual([r.scope.hosts, r.scope.from], [['web-01'], '2026-01-01T00:00:00Z'], r.cell)
    },
  },
]
