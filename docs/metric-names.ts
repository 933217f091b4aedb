import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders = '{adapters,connectors,pipeline,gateway}'
/** A name and its help, as `prom-client` or a helper before it is given them. */
const pair = /'(streamgauge_[a-z0-9_]+)',\s*(?:help:\s*)?'((?:[^'\\]|\\.)*)'/g

export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'histogram' | 'gauge'
  readonly help: string
}

/** The files that the roles run, without their tests. */
export function roleSources(): { path: string; text: string }[] {
  const exclude = (path: string) => /node_modules|\.test\.ts$|\/(testing|live-fixture)\.ts$/.test(path)
  return [...globSync(`${folders}/**/*.ts`, { cwd: root, exclude }), 'main.ts']
    .filter((path) => !exclude(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }))
}

/** Every metric of our own that `/metrics` may show, by name. */
export function metricNames(): Metric[] {
  return roleSources()
    .flatMap(({ text }) => [...text.matchAll(pair)])
    .map(([, name, help]) => ({ name, type: typeOf(name), help }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** By the endings that Prometheus asks for: https://prometheus.io/docs/practices/naming/ */
function typeOf(name: string): Metric['type'] {
  if (name.endsWith('_total')) return 'counter'
  return name.endsWith('_seconds') ? 'histogram' : 'gauge'
}
