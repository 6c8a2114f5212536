// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// Builds the page into web/dist under fixed names, because the program embeds the files by an exact table. The page
// runs under `require-trusted-types-for 'script'`: Svelte makes its elements one by one ("tree") instead of parsing
// HTML, and the two places where the chart library empties its root by `innerHTML = ''` are rewritten here.

import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import type { Plugin } from 'vite'

const root = fileURLToPath(new URL('.', import.meta.url))

function emptyWithoutParsing(): Plugin {
  return {
    name: 'empty-without-parsing',
    transform(code, id) {
      if (!/zrender\/lib\/canvas\/Painter\.js/.test(id)) return null
      const changed = code.replace(/\b((?:this\.)?root)\.innerHTML = '';/g, '$1.replaceChildren();')
      if (changed.includes('innerHTML')) this.error('zrender: a use of innerHTML is left')
      return { code: changed, map: null }
    },
  }
}

export default defineConfig({
  root,
  plugins: [
    emptyWithoutParsing(),
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
