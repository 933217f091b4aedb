import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vite'

const name = 'streamgauge-agent.js'
/** What the MQTT client loads and this program never uses: WebSockets, proxies and timers of browsers; 12 MB of memory. */
const absent = ['ws', 'socks', 'worker-timers']

/** One file with everything in it, for any Node from 20 on: it is copied to machines that have nothing else. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: {
    alias: [
      { find: new RegExp(`^(${absent.join('|')})$`), replacement: join(import.meta.dirname, 'absent.ts') },
      // Node's own, which this package copies for older ones.
      { find: /^readable-stream$/, replacement: 'node:stream' },
    ],
  },
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'main.ts',
    outDir: 'dist',
    emptyOutDir: true,
    target: 'node20',
    minify: true,
    rolldownOptions: { output: { format: 'cjs', entryFileNames: name, codeSplitting: false } },
  },
  plugins: [
    {
      // This folder's package.json makes .js files modules; elsewhere they are what this one is.
      name: 'run-in-place',
      writeBundle: ({ dir = '' }) => writeFileSync(join(dir, 'package.json'), '{"type": "commonjs"}\n'),
    },
  ],
})
