// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Chromium, one page per test, and everything on it that should not have happened: console errors, exceptions,
// violations of the policy, and requests to anywhere else.

import { chromium } from 'playwright-core'

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

export const startBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS })

export async function newPage(browser, { theme = 'light', width = 1440, height = 1000 } = {}) {
  const context = await browser.newContext({ colorScheme: theme, viewport: { width, height }, reducedMotion: 'reduce', timezoneId: 'America/New_York' })
  const page = await context.newPage()
  page.setDefaultTimeout(12_000)
  const faults = []
  page.on('console', (message) => {
    // An answer with an error status is the server's word, shown in the panel; it is judged where it is expected.
    if (message.type() === 'error' && !/^Failed to load resource: the server responded/.test(message.text())) faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`))
  page.on('response', (answer) => {
    if (answer.status() >= 400) faults.push(`status ${answer.status()}: ${answer.request().method()} ${new URL(answer.url()).pathname} ${answer.request().postData() ?? ''}`)
  })
  await page.exposeFunction('reportViolation', (text) => faults.push(`policy: ${text}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => window.reportViolation(`${event.violatedDirective} ${event.sourceFile ?? ''} ${event.sample ?? ''}`))
  })
  return { page, faults, close: () => context.close() }
}

/** Waits until every panel has its answer. */
export async function settle(page) {
  await page.waitForFunction(() => document.querySelector('main h1, main .title') && !document.querySelector('[aria-busy="true"]'), null, { timeout: 30_000 })
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/** Opens the case and waits until all of it is read. */
export async function enter(page, lhx) {
  await page.goto(lhx.address)
  await page.locator('nav').waitFor()
  await page.waitForFunction(async () => (await (await fetch('/api/case')).json()).state === 'ready', null, { timeout: 60_000, polling: 200 })
  await page.locator('.partial').waitFor({ state: 'detached' })
  await settle(page)
}

export async function goTo(page, hash) {
  await page.evaluate((to) => (location.hash = to), hash)
  await page.waitForTimeout(60)
  await settle(page)
}
