// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The parts of ECharts that the page draws with, and nothing else of it: its tooltip writes HTML, so ours is used.

import { CustomChart, ScatterChart } from 'echarts/charts'
import { GeoComponent, GridComponent } from 'echarts/components'
import { init, registerMap, use, type EChartsCoreOption, type EChartsType } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import world from 'world-atlas/countries-110m.json'
import { unwrap } from './rings'

use([CustomChart, ScatterChart, GeoComponent, GridComponent, CanvasRenderer])

export type ChartOption = EChartsCoreOption
export type Chart = EChartsType

/** What ECharts tells about the mark under the pointer; `data` is what the series was given. */
export interface Hover {
  seriesId?: string
  dataIndex: number
  data: unknown
  event?: { event?: MouseEvent }
}

export const makeChart = (element: HTMLElement): Chart => init(element, null, { renderer: 'canvas' })

const ANTARCTICA = '010'
let drawn = false

export function registerWorld() {
  if (drawn) return
  drawn = true
  const topology = world as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>
  const countries = feature(topology, topology.objects.countries)
  countries.features = countries.features.filter((f) => f.id !== ANTARCTICA)
  for (const { geometry } of countries.features) {
    if (geometry.type === 'Polygon') geometry.coordinates = geometry.coordinates.map(unwrap)
    if (geometry.type === 'MultiPolygon') geometry.coordinates = geometry.coordinates.map((rings) => rings.map(unwrap))
  }
  registerMap('world', countries as unknown as Parameters<typeof registerMap>[1])
}
