// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The real program on real evidence: started on a case of its own, ended with the run.

import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const binary = process.env.LHX_BINARY
if (!binary) throw new Error('LHX_BINARY names the program to test')

/** `lhx open` on `evidence`; `address` is what it printed, with the token. */
export async function openEvidence(...evidence) {
  const folder = await mkdtemp(join(tmpdir(), 'lhx-page-'))
  const child = spawn(binary, ['open', ...evidence, '--case', join(folder, 'case.lhx'), '--no-browser', '--progress=none'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CONFIG_HOME: folder },
  })
  let stderr = ''
  child.stderr.on('data', (text) => (stderr += text))
  let closing = false
  const ended = new Promise((done) =>
    child.once('exit', (status, signal) => {
      if (!closing) console.log(`lhx open ended by itself: ${signal ?? status}\n${stderr}`)
      done(signal ?? status)
    }),
  )
  const address = await Promise.race([
    createInterface({ input: child.stdout })[Symbol.asyncIterator]().next().then(({ value }) => value),
    ended.then((status) => {
      throw new Error(`lhx open ended with ${status}: ${stderr}`)
    }),
  ])
  return {
    address,
    base: address.replace(/#.*$/, ''),
    stderr: () => stderr,
    async close() {
      closing = true
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
