// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors

import { expect, test } from 'vitest'
import { ZoomHistory } from './zoom'

const zoom = (from: string | null) => ({ from, to: null, windows: {} })

test('back, forth, and a new step forgets what lay ahead', () => {
  const history = new ZoomHistory()
  expect(history.step(-1)).toBeUndefined()
  history.push(zoom(null), zoom('a'))
  history.push(zoom('a'), zoom('b'))
  expect(history.step(-1)).toEqual(zoom('a'))
  expect(history.step(-1)).toEqual(zoom(null))
  expect(history.step(-1)).toBeUndefined()
  expect(history.step(1)).toEqual(zoom('a'))
  history.push(zoom('a'), zoom('c'))
  expect(history.step(1)).toBeUndefined()
  expect(history.step(-1)).toEqual(zoom('a'))
})
