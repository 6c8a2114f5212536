// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Where the page starts: theme first, so that nothing flashes, then the frame.

import { mount } from 'svelte'
import './app.css'
import App from './App.svelte'
import { theme } from './state/theme.svelte'

theme.apply()
const root = document.createElement('div')
root.id = 'app'
document.body.append(root)
mount(App, { target: root })
