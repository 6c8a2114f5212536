// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// A stand-in for the program, for work on the page alone: `node tests/page/fake/server.mjs [PORT]` after a build of
// web/. It speaks docs/api.md over invented rows, under the same policy headers. No test of the product uses it.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { answer, book, books, theCase, search, linesAround } from './data.mjs'

const dist = new URL('../../../web/dist/', import.meta.url)
const types = { html: 'text/html', js: 'text/javascript', css: 'text/css', woff2: 'font/woff2' }
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

let notes = { verdicts: { logons: 'supported' }, pins: [], notes: '' }
const state = { reading: process.env.FAKE === 'reading', slow: Number(process.env.FAKE_SLOW ?? 0) }
const wait = (ms) => new Promise((done) => setTimeout(done, ms))

function note(change) {
  if (change.verdict) notes.verdicts[change.verdict.notebook] = change.verdict.value
  if (change.pin) notes.pins.push({ ...change.pin, id: notes.pins.length + 1, created: new Date().toISOString() })
  if (change.unpin !== undefined) notes.pins = notes.pins.filter((p) => p.id !== change.unpin)
  if (change.notes !== undefined) notes.notes = change.notes
  return notes
}

const routes = {
  'POST /api/login': () => null,
  'GET /api/case': () => ({ ...theCase, state: state.reading ? 'reading' : 'ready' }),
  'GET /api/notes': () => notes,
  'POST /api/notes': note,
  'POST /api/notebooks': ({ name, text }) => void books.set(name, text),
  'POST /api/cell': async (body) => (await wait(state.slow), answer(body)),
  'POST /api/query': (body) => answer({ ...body, cell: 'query' }),
  'POST /api/search': search,
}

async function serve(request, response) {
  const url = new URL(request.url, 'http://x')
  const head = { 'Content-Security-Policy': policy, 'Cache-Control': 'no-store' }
  if (!url.pathname.startsWith('/api/')) {
    const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(1)
    const body = await readFile(new URL(name, dist)).catch(() => null)
    response.writeHead(body ? 200 : 404, { ...head, 'Content-Type': types[name.split('.').pop()] ?? 'text/plain' })
    return response.end(body)
  }
  if (url.pathname === '/api/events') return stream(response)
  let body = ''
  for await (const chunk of request) body += chunk
  try {
    const route = routes[`${request.method} ${url.pathname}`]
    const out = route ? await route(body && JSON.parse(body)) : pathRoute(url)
    response.writeHead(out == null ? 204 : 200, { ...head, 'Content-Type': 'application/json' })
    response.end(out == null ? undefined : JSON.stringify(out))
  } catch (error) {
    response.writeHead(error.status ?? 500, { ...head, 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ error: { message: error.message, hint: error.hint, position: error.position } }))
  }
}

function pathRoute(url) {
  const [, , kind, id, offset] = url.pathname.split('/')
  if (kind === 'notebooks') return book(decodeURIComponent(id))
  if (kind === 'record' || kind === 'lines') return linesAround(Number(offset ?? id), Number(url.searchParams.get('before')), Number(url.searchParams.get('after')))
  throw Object.assign(new Error(`No such thing: ${url.pathname}`), { status: 404 })
}

function stream(response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  if (!state.reading) return response.write(': hello\n\n')
  const progress = {
    phase: 'reading', bytes: 412e6, bytes_total: 1024e6, records: 3_100_412, lines: 3_100_500, sources: 3, sources_total: 12,
    source: '/evidence/var/log/auth.log.2.gz', rate: 188e6, seconds_left: 4, revision: 3,
  }
  response.write(`event: progress\ndata: ${JSON.stringify(progress)}\n\n`)
}

const port = Number(process.argv[2] ?? 8088)
createServer(serve).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/#t=fake`))
