import { globSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** Smaller files fit into a packet or two as they are. */
const leastBytes = 1_024
const text = '**/*.{js,css,html,svg}'

/** Writes `.br` and `.gz` beside the text files under `folder`; answers how many files it found worth it. */
export async function compressFiles(folder: string): Promise<number> {
  let count = 0
  for (const name of globSync(text, { cwd: folder })) {
    const path = join(folder, name)
    const bytes = await readFile(path)
    if (bytes.length < leastBytes) continue
    const size = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }
    await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, size))
    await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }))
    count++
  }
  return count
}
