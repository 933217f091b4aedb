import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { codeOf } from '../launch-error.ts'

/** A folder for what is fetched once and shared by all checkouts of this user; `name` says its version too. */
export function cacheFolder(name: string): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'streamgauge', name)
}

/**
 * Makes a folder of the cache unless it is there: `fill` gets a draft to work in and names the part of it that is to be
 * kept. Whole or not there at all, and safe when two processes do it at once.
 */
export async function makeOnce(folder: string, fill: (draft: string) => Promise<string>): Promise<void> {
  if (existsSync(folder)) return
  mkdirSync(dirname(folder), { recursive: true })
  const draft = mkdtempSync(`${folder}.`)
  try {
    renameSync(await fill(draft), folder)
  } catch (error) {
    // Another process was faster: what it has made is the same.
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
