import { defineConfig } from 'vite'

/** Where `vite` in development sends API calls: a running gateway. */
const gateway = 'http://127.0.0.1:8080'

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
  server: { proxy: { '/api': { target: gateway, changeOrigin: false } } },
})
