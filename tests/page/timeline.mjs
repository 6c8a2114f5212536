// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A hundred thousand events on one timeline: counted right, drawn at once, and single events as one comes near.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enter, goTo, settle } from './browser.mjs'
import { openEvidence } from './lhx.mjs'
import { write } from './notebooks.mjs'

const EVENTS = 100_000
const START = Date.UTC(2026, 2, 2)

function line(i) {
  const stamp = new Date(START + i * 17_000).toISOString().replace('Z', '000+00:00')
  return `${stamp} db-02 sshd[${1000 + (i % 30_000)}]: Failed password for user${i % 50} from 192.0.2.${i % 200} port ${20_000 + (i % 40_000)} ssh2`
}

export async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'lhx-many-'))
  await writeFile(join(folder, 'auth.log'), Array.from({ length: EVENTS }, (_, i) => line(i)).join('\n') + '\n')
  const lhx = await openEvidence(join(folder, 'auth.log'))
  const { close } = lhx
  lhx.close = async () => {
    await close()
    await rm(folder, { recursive: true, force: true })
  }
  return { lhx }
}

const PANEL = 'section.panel[aria-label="Attempts over time"]'

export const tests = [
  {
    name: 'counts are whole and the page stays quick',
    async run({ page, lhx, shots }) {
      await enter(page, lhx)
      const start = performance.now()
      await goTo(page, '#/logons')
      await page.locator(`${PANEL} canvas`).waitFor()
      console.log(`     section with all its panels: ${Math.round(performance.now() - start)} ms`)
      const counts = await page.locator(`${PANEL} .names .count`).allInnerTexts()
      assert.equal(counts.reduce((sum, n) => sum + Number(n.replaceAll(',', '')), 0), EVENTS)
      await page.screenshot({ path: `${shots}many.png` })

      await page.locator(`${PANEL} .plot`).focus()
      const frames = await page.evaluate(
        () =>
          new Promise((done) => {
            const plot = document.activeElement
            const times = []
            const step = (at) => {
              times.push(at)
              if (times.length === 31) return done(times)
              plot.dispatchEvent(new KeyboardEvent('keydown', { key: times.length % 2 ? 'ArrowLeft' : '+', bubbles: true, cancelable: true }))
              requestAnimationFrame(step)
            }
            requestAnimationFrame(step)
          }),
      )
      const lengths = frames.slice(1).map((t, i) => t - frames[i]).sort((a, b) => a - b)
      const [median, worst] = [lengths[15], lengths.at(-1)]
      console.log(`     30 steps of zoom and pan: a frame takes ${Math.round(median)} ms, the longest ${Math.round(worst)} ms`)
      assert.ok(median < 100, `half of the frames take more than ${Math.round(median)} ms`)
    },
  },
  {
    name: 'near enough, bars become single events with their line behind them',
    async run({ page, lhx, shots }) {
      await enter(page, lhx)
      const from = new Date(START + 50_000 * 17_000).toISOString()
      const to = new Date(START + 50_100 * 17_000).toISOString()
      await goTo(page, `#/logons?w.attempts=${from}~${to}`)
      const [request] = await Promise.all([
        page.waitForResponse((r) => r.url().endsWith('/api/cell') && JSON.parse(r.request().postData()).window?.from?.startsWith(from.slice(0, 19))),
        page.reload(),
      ])
      const answer = await request.json()
      assert.equal(answer.binned, undefined)
      assert.equal(answer.rows.length, 101)
      await settle(page)
      await page.screenshot({ path: `${shots}near.png` })
    },
  },
  {
    name: 'a table of all of them is scrolled to its end',
    async run({ page, lhx }) {
      await enter(page, lhx)
      await goTo(page, '#/new?sql=select+1')
      await write(page, 'select ts, user_name, source_ip, record_id from logon order by ts')
      await page.keyboard.press('Control+Enter')
      const grid = page.locator('section.panel [role=grid]')
      await grid.getByRole('columnheader', { name: 'user name' }).waitFor()
      await grid.focus()
      await page.keyboard.press('End')
      await page.waitForTimeout(200)
      const rows = await grid.locator('[role=row]').count()
      assert.ok(rows > 10 && rows < 80, `${rows} rows exist at once`)
      await page.keyboard.press('Enter')
      await page.locator('aside .hit').waitFor()
    },
  },
]
