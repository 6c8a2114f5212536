// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Which component draws which view, and how much height is kept for it while its answer is on the way.

import type { Component } from 'svelte'
import type { ViewName } from '../api/types'
import Bars from '../views/Bars.svelte'
import Findings from '../views/Findings.svelte'
import Heatmap from '../views/Heatmap.svelte'
import Record_ from '../views/Record.svelte'
import Select from '../views/Select.svelte'
import Series from '../views/Series.svelte'
import Share from '../views/Share.svelte'
import Stat from '../views/Stat.svelte'
import Table from '../views/Table.svelte'
import Text from '../views/Text.svelte'
import Timeline from '../views/Timeline.svelte'
import WorldMap from '../views/WorldMap.svelte'
import type { ViewProps } from '../views/view'

export interface View {
  component: Component<ViewProps>
  height: number
  /** Can also be shown as a table. */
  drawn: boolean
  /** Asks for the part of the time on screen. */
  timed: boolean
}

const view = (component: Component<ViewProps>, height: number, drawn = false, timed = false): View => ({ component, height, drawn, timed })

export const VIEWS: Record<ViewName, View> = {
  stat: view(Stat, 50),
  findings: view(Findings, 100),
  table: view(Table, 260),
  timeline: view(Timeline, 160, true, true),
  series: view(Series, 200, true, true),
  bars: view(Bars, 246, true),
  share: view(Share, 240, true),
  heatmap: view(Heatmap, 158, true),
  map: view(WorldMap, 330, true),
  select: view(Select, 60),
  record: view(Record_, 150),
  text: view(Text, 60),
}
