import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A page of the documentation. */
export interface Doc {
  readonly name: string
  readonly title: string
  readonly uri: string
  read(): Promise<string>
}

/** The pages in a folder, by name; none where it is missing. */
export function findDocs(folder: string): Doc[] {
  let names: string[] = []
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.md'))
  } catch {}
  return names.sort().map((name) => {
    const path = join(folder, name)
    const title = /^# (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? name
    return { name, title, uri: `streamgauge://docs/${name}`, read: () => readFile(path, 'utf8') }
  })
}
