import { defineConfig } from 'vite'

/** One module without imports, for Node from 20 on and browsers: see README.md. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    lib: { entry: 'index.ts', formats: ['es'], fileName: () => 'streamgauge-client.js' },
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    minify: true,
  },
})
