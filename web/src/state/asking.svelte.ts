// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// One question under way: its answer, its problem, how long it takes, and a way to stop it. The last answer stays on
// screen until the next one is there, so that nothing flickers.

import { toProblem, wasStopped, type Problem } from '../api/client'

export class Asking<T> {
  answer = $state.raw<T | null>(null)
  problem = $state.raw<Problem | null>(null)
  busy = $state(false)
  stopped = $state(false)
  /** Whole seconds since the question was asked; 0 for the first of them. */
  seconds = $state(0)

  private control: AbortController | null = null
  private clock: ReturnType<typeof setInterval> | undefined

  async ask(question: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.end()
    const control = (this.control = new AbortController())
    this.busy = true
    this.stopped = false
    this.seconds = 0
    this.clock = setInterval(() => this.seconds++, 1000)
    try {
      const answer = await question(control.signal)
      if (control !== this.control) return
      this.answer = answer
      this.problem = null
    } catch (error) {
      if (control !== this.control || wasStopped(error)) return
      this.problem = toProblem(error)
    }
    this.end()
  }

  /** By the reader's wish. */
  stop() {
    this.stopped = this.busy
    this.end()
  }

  end() {
    this.control?.abort()
    this.control = null
    clearInterval(this.clock)
    this.busy = false
  }
}
