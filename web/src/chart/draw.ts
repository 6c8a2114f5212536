// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Pieces of ECharts options shared by the charts over time. Colours come from the theme, times from the chosen zone.

import type { Colors } from '../state/theme.svelte'
import { ticks } from '../time/ticks'
import type { Span } from './span'

/** Pixels above and below what is plotted: the labels of the time axis, and room for the diamond of a mark. */
export const TOP = 34
export const BOTTOM = 6

export interface Frame {
  span: Span
  zone: string
  colors: Colors
  width: number
  left: number
  right: number
}

export function timeAxis({ span, zone, colors, width, left, right }: Frame) {
  const marks = ticks(span.from, span.to, zone, Math.max(2, Math.floor((width - left - right) / 96)))
  const labels = new Map(marks.map((t) => [t.ms, t.label]))
  const values = marks.map((t) => t.ms)
  return {
    type: 'value',
    position: 'top',
    min: span.from,
    max: span.to,
    axisLine: { show: false },
    axisTick: { show: false, customValues: values },
    splitLine: { lineStyle: { color: colors.hairline }, customValues: values, showMinLine: false, showMaxLine: false },
    axisLabel: { customValues: values, color: colors.grey, fontSize: 11, fontFamily: 'Inter', margin: 13, formatter: (ms: number) => labels.get(ms) ?? '' },
  }
}

interface RenderApi {
  value: (dimension: number) => number
  coord: (point: [number, number]) => [number, number]
}

/** One bar: `from`, `to` in time, `low`, `high` in the y axis; the whole height `floor` … `roof` answers the pointer. */
export interface Bar {
  value: [from: number, to: number, low: number, high: number, floor: number, roof: number]
}

export function barSeries(id: string, color: string, data: Bar[], opacity = 0.8) {
  return {
    id,
    type: 'custom',
    animation: false,
    clip: true,
    dimensions: ['from', 'to', 'low', 'high', 'floor', 'roof'],
    encode: { x: [0, 1], y: [2, 3] },
    data,
    renderItem: (_: unknown, api: RenderApi) => {
      const [x0, y0] = api.coord([api.value(0), api.value(2)])
      const [x1, y1] = api.coord([api.value(1), api.value(3)])
      const [, floor] = api.coord([0, api.value(4)])
      const [, roof] = api.coord([0, api.value(5)])
      const width = Math.max(1, x1 - x0 - (x1 - x0 > 4 ? 1 : 0))
      const tall = Math.max(1.5, y0 - y1)
      return {
        type: 'group',
        children: [
          { type: 'rect', shape: { x: x0, y: roof, width, height: floor - roof }, style: { fill: 'transparent' } },
          { type: 'rect', shape: { x: x0, y: y0 - tall, width, height: tall }, style: { fill: color, opacity } },
        ],
      }
    },
  }
}

/** A dashed line with a diamond on top of it: the moment in focus, or what the notebook marks. */
export function markSeries(marks: { ms: number; label: string }[], color: string, floor: number) {
  return {
    id: 'marks',
    type: 'custom',
    animation: false,
    clip: false,
    z: 10,
    encode: { x: 0, y: 1 },
    data: marks.map((m) => ({ value: [m.ms, 0], label: m.label })),
    renderItem: (_: unknown, api: RenderApi) => {
      const [x, top] = api.coord([api.value(0), 0])
      const [, bottom] = api.coord([api.value(0), floor])
      return {
        type: 'group',
        children: [
          { type: 'line', shape: { x1: x, x2: x, y1: Math.min(top, bottom), y2: Math.max(top, bottom) }, style: { stroke: color, lineWidth: 1, lineDash: [3, 3] } },
          {
            type: 'polygon',
            shape: { points: diamond(x, Math.min(top, bottom) - 2) },
            style: { fill: color },
          },
        ],
      }
    },
  }
}

const diamond = (x: number, y: number) => [[x, y - 5], [x + 5, y], [x, y + 5], [x - 5, y]]
