import { join } from 'node:path'
import type { InlineConfig } from 'vite'

/** Gzipped, the module may be no larger than this, bytes. */
export const mostBytes = 110_000

/** What its parts ask those to say who pass it on. */
const banner = `/*!
 * Streamgauge widgets, Apache-2.0.
 * TradingView Lightweight Charts™, Copyright (c) TradingView, Inc., Apache-2.0, https://www.tradingview.com/
 * Lit, Copyright 2017 Google LLC, BSD-3-Clause.
 */`

/** How the module of the widgets is built: one file, whatever it shares with the dashboard. */
export function embedBuild(outDir: string): InlineConfig {
  return {
    configFile: false,
    root: import.meta.dirname,
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: join(import.meta.dirname, 'streamgauge.ts'),
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: 'streamgauge.js', codeSplitting: false, postBanner: banner },
      },
    },
  }
}
