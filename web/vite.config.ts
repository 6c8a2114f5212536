// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Builds the page into web/dist under fixed names, because the program embeds the files by an exact table. The page
// runs under `require-trusted-types-for 'script'`: Svelte makes its elements one by one ("tree") instead of parsing
// HTML, and the places where the chart library would are rewritten here.

import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import type { Plugin } from 'vite'

const root = fileURLToPath(new URL('.', import.meta.url))

// Where a library turns text into markup: the file, the words, and what stands there instead.
const DOORS: [RegExp, RegExp, string][] = [
  [/zrender\/lib\/canvas\/Painter\.js/, /\b((?:this\.)?root)\.innerHTML = '';/g, '$1.replaceChildren();'],
  [/echarts\/lib\/core\/echarts\.js/, /[\w.]+\.getSvgRoot\(\)\.innerHTML = \w+;/g, 'throw new Error("not drawn as SVG");'],
]

function closeDoors(): Plugin {
  return {
    name: 'close-doors',
    transform(code, id) {
      const door = DOORS.find(([file]) => file.test(id))
      if (!door) return null
      const changed = code.replace(door[1], door[2])
      if (changed === code) this.error(`${id}: the use of innerHTML to be replaced is not there any more`)
      return { code: changed, map: null }
    },
  }
}

export default defineConfig({
  root,
  cacheDir: '../node_modules/.vite',
  plugins: [
    closeDoors(),
    svelte({ configFile: false, compilerOptions: { fragments: 'tree', css: 'external', runes: true } }),
  ],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      output: {
        codeSplitting: false,
        entryFileNames: 'assets/app.js',
        assetFileNames: (asset) => (asset.names.some((n) => n.endsWith('.css')) ? 'assets/app.css' : 'assets/[name][extname]'),
      },
    },
  },
  test: { root, include: ['src/**/*.test.ts'], environment: 'node' },
})
