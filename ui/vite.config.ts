import { join, resolve } from 'node:path'
import { build, defineConfig, type Plugin } from 'vite'
import { compressFiles } from './compress.ts'
import { embedBuild } from './embed/build.ts'

/** Where `vite` in development sends API calls: a running gateway. */
const gateway = 'http://127.0.0.1:8080'

/** Puts the module of the widgets beside the dashboard, under `/embed/v1/`, and beside each file what it is compressed. */
function widgets(): Plugin {
  let dist = ''
  return {
    name: 'streamgauge-widgets',
    apply: 'build',
    configResolved({ root, build }) {
      dist = resolve(root, build.outDir)
    },
    async closeBundle() {
      await build(embedBuild(join(dist, 'embed', 'v1')))
      await compressFiles(dist)
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // nothing inline: the gateway's policy only allows files of its own
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  plugins: [widgets()],
  server: { proxy: { '/api': { target: gateway, changeOrigin: false } } },
})
