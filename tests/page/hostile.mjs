// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Markup in every place that evidence can put words: user, host, program, message, file name. It shows as the text it is.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enter, goTo } from './browser.mjs'
import { openEvidence } from './lhx.mjs'

const PAYLOADS = [
  '<img src=x onerror=window.__xss=1>',
  '<script>window.__xss=2</script>',
  '"><svg onload=window.__xss=3>',
  "javascript:window.__xss=4//'",
  '{{constructor.constructor("window.__xss=5")()}}',
  '[x](javascript:window.__xss=6)',
  '**<b onclick=window.__xss=7>b</b>**',
  '{marker|x}</textarea><iframe srcdoc="<script>parent.__xss=8</script>">',
  '${window.__xss=9}',
]
const NAME = '<img src=x onerror=__xss=10>.log'
// No blanks: a program's name and a host's end at one.
const WORD = '<svg/onload=window.__xss=11>'

function lines() {
  const out = []
  let second = 0
  const stamp = () => new Date(Date.UTC(2026, 2, 2) + second++ * 7000).toISOString().replace('.000Z', '+00:00')
  for (const payload of PAYLOADS) {
    for (let i = 0; i < 12; i++) out.push(`${stamp()} web-01 sshd[77]: Failed password for invalid user ${payload} from 198.51.100.9 port 4711 ssh2`)
    out.push(`${stamp()} web-01 sshd[77]: Accepted password for ${payload} from 198.51.100.9 port 4711 ssh2`)
    out.push(`${stamp()} web-01 cron[5]: ${payload}`)
  }
  out.push(`<38>1 ${stamp()} ${WORD} sshd 9 - - Failed password for root from 198.51.100.9 port 1 ssh2`)
  out.push(`${stamp()} web-01 ${WORD}[9]: a program with an odd name`)
  return out
}

export async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'lhx-hostile-'))
  await mkdir(join(folder, 'log'))
  await writeFile(join(folder, 'log', NAME), lines().join('\n') + '\n')
  const lhx = await openEvidence(join(folder, 'log'))
  const { close } = lhx
  lhx.close = async () => {
    await close()
    await rm(folder, { recursive: true, force: true })
  }
  return { lhx }
}

/** Nothing ran, and nothing of the payloads became an element. */
async function assertHarmless(page, where) {
  assert.equal(await page.evaluate(() => window.__xss), undefined, where)
  const made = await page.evaluate(() => [...document.querySelectorAll('img, iframe, svg[onload], [onerror], [onclick], main script, b[onclick]')].map((e) => e.outerHTML))
  assert.deepEqual(made, [], where)
}

export const tests = [
  {
    name: 'payloads are text in every section',
    async run({ page, lhx, shots }) {
      await enter(page, lhx)
      for (const section of ['overview', 'logons', 'search?q=onerror', 'search?q=script', 'pinned', 'new']) {
        await goTo(page, `#/${section}`)
        const twins = page.locator('main .words button[aria-pressed=false]').filter({ hasText: 'table' })
        while (await twins.count()) await twins.first().click()
        await page.waitForTimeout(100)
        await assertHarmless(page, section)
        await page.screenshot({ path: `${shots}hostile-${section.replace(/\W+/g, '-')}.png` })
      }
      await goTo(page, '#/logons')
      const text = await page.locator('main').innerText()
      assert.ok(text.includes(PAYLOADS[0]), 'the user is shown as written')
    },
  },
  {
    name: 'payloads are text in tooltips, the host picker and the raw lines',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await page.getByRole('button', { name: /^Hosts:/ }).click()
      assert.ok((await page.locator('.pop').innerText()).includes(WORD))
      await page.keyboard.press('Escape')
      await goTo(page, '#/logons')
      const plot = page.locator('section.panel[aria-label="Attempts over time"] canvas')
      await plot.scrollIntoViewIfNeeded()
      const box = await plot.boundingBox()
      for (let x = 100; x < box.width; x += 19) for (const y of [55, 70, 100, 120]) await page.mouse.move(box.x + x, box.y + y)
      await assertHarmless(page, 'tooltips')
      await goTo(page, '#/search?q=__xss')
      await page.locator('[role=option]').first().click()
      await page.locator('aside .hit').waitFor()
      assert.ok((await page.locator('aside').innerText()).includes(NAME))
      await assertHarmless(page, 'raw lines')
    },
  },
  {
    name: 'payloads in the address are text',
    async run({ page, lhx }) {
      await enter(page, lhx)
      for (const payload of PAYLOADS) {
        const odd = encodeURIComponent(payload)
        await goTo(page, `#/logons?user_name=${odd}&host=${odd}`)
        await goTo(page, `#/search?q=${odd}`)
        await assertHarmless(page, payload)
      }
    },
  },
  {
    name: 'a saved notebook with markup is text',
    async run({ page, lhx }) {
      await enter(page, lhx)
      const text = `---\ntitle: "<img src=x onerror=window.__xss=12>"\n---\n\n${PAYLOADS.join('\n\n')}\n\n<img src=x onerror=window.__xss=13>\n`
      const status = await page.evaluate(
        async (body) => (await fetch('/api/notebooks', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-LHX': '1' }, body })).status,
        JSON.stringify({ name: 'odd', text }),
      )
      assert.equal(status, 204)
      await page.reload()
      await goTo(page, '#/odd')
      await assertHarmless(page, 'notebook')
      assert.ok((await page.locator('main').innerText()).includes('<img src=x onerror=window.__xss=13>'))
      await goTo(page, '#/edit/odd')
      await assertHarmless(page, 'editor')
    },
  },
]
