// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One function per call of docs/api.md. A failure of any kind becomes a `Problem`: words for the reader, a hint
// where there is one, and the byte in the SQL where the database names it.

import type * as t from './types'

export class Problem extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly hint?: string,
    readonly position?: number,
  ) {
    super(message)
  }
}

/** An answer that was given up on purpose is no problem to report. */
export const wasStopped = (error: unknown) => error instanceof DOMException && error.name === 'AbortError'

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(error instanceof Error ? error.message : String(error), 0)
}

async function request(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const init: RequestInit = { signal: signal ?? null, credentials: 'same-origin', cache: 'no-store' }
  if (body !== undefined) {
    init.method = 'POST'
    init.headers = { 'Content-Type': 'application/json', 'X-LHX': '1' }
    init.body = JSON.stringify(body)
  }
  let answer: Response
  try {
    answer = await fetch(path, init)
  } catch (error) {
    if (wasStopped(error)) throw error
    throw new Problem('The program does not answer.', 0, 'Look at the terminal where lhx runs; start it again if it has ended.')
  }
  if (!answer.ok) throw await readProblem(answer)
  return answer
}

async function readProblem(answer: Response): Promise<Problem> {
  try {
    const { error } = (await answer.json()) as { error: { message: string; hint?: string; position?: number } }
    return new Problem(error.message, answer.status, error.hint, error.position)
  } catch {
    return new Problem(`The program answered with status ${answer.status}.`, answer.status)
  }
}

async function json<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return (await request(path, body, signal)).json() as Promise<T>
}

const around = (before: number, after: number) => `?before=${before}&after=${after}`

export const login = (token: string) => request('/api/login', { token })
export const readCase = () => json<t.Case>('/api/case')
export const readNotebook = (name: string, signal?: AbortSignal) =>
  json<t.Notebook>(`/api/notebooks/${encodeURIComponent(name)}`, undefined, signal)
export const saveNotebook = (name: string, text: string) => request('/api/notebooks', { name, text })
export const runCell = (cell: t.CellRequest, signal?: AbortSignal) => json<t.Result>('/api/cell', cell, signal)
export const runQuery = (sql: string, scope: t.Scope, signal?: AbortSignal) => json<t.Result>('/api/query', { sql, scope }, signal)
export const search = (what: t.SearchRequest, signal?: AbortSignal) => json<t.SearchResult>('/api/search', what, signal)
export const readRecord = (id: number, before: number, after: number, signal?: AbortSignal) =>
  json<t.Lines>(`/api/record/${id}${around(before, after)}`, undefined, signal)
export const readLines = (source: number, offset: number, before: number, after: number, signal?: AbortSignal) =>
  json<t.Lines>(`/api/lines/${source}/${offset}${around(before, after)}`, undefined, signal)
export const readNotes = () => json<t.Notes>('/api/notes')
export const writeNote = (change: t.NoteChange) => json<t.Notes>('/api/notes', change)

/** Fetches the whole answer and hands it to the browser as a download. */
export async function exportAnswer(what: t.ExportRequest, name: string): Promise<void> {
  const answer = await request('/api/export', what)
  const address = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = `${name}.${what.format}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
