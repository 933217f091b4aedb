import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { memberFiles } from './member-files.ts'

const script = `
  const { memberFiles } = await import(${JSON.stringify(join(import.meta.dirname, 'member-files.ts'))})
  const member = memberFiles(process.argv[1])('persist')
  console.log(JSON.stringify(member.previous))
  process.stdin.once('data', () => {
    member.joined('id-of-' + process.pid)
    console.log('joined')
  })
`

function folder() {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-member-'))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) }
}

/** A process that asks for an id, and notes one of its own when it is told to. */
async function start(dir: string) {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script, dir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const line = async () => String((await once(child.stdout ?? child, 'data'))[0]).trim()
  const previous: string | null = JSON.parse(await line())
  return {
    id: `id-of-${child.pid}`,
    previous,
    async join() {
      child.stdin?.write('\n')
      assert.equal(await line(), 'joined')
    },
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

test('the successor of a killed process gets its id, and nobody gets it again', async () => {
  using at = folder()
  const first = await start(at.dir)
  assert.equal(first.previous, null)
  await first.join()
  await first.kill()
  const second = await start(at.dir)
  const third = await start(at.dir)
  assert.deepEqual([second.previous, third.previous], [first.id, null])
  await Promise.all([second.kill(), third.kill()])
})

test('two living processes never share an id: that of a running process stays its own', async () => {
  using at = folder()
  const owner = await start(at.dir)
  await owner.join()
  const other = await start(at.dir)
  assert.equal(other.previous, null)
  await Promise.all([owner.kill(), other.kill()])
  const heir = await start(at.dir)
  assert.equal(heir.previous, owner.id)
  await heir.kill()
})

test('of many that start at once one gets the id', async () => {
  using at = folder()
  const first = await start(at.dir)
  await first.join()
  await first.kill()
  const heirs = await Promise.all(Array.from({ length: 6 }, () => start(at.dir)))
  assert.deepEqual(
    heirs.map(({ previous }) => previous).filter((one) => one !== null),
    [first.id],
  )
  await Promise.all(heirs.map((heir) => heir.kill()))
})

test('a damaged note and a folder that can’t be written cost nothing but time', () => {
  using at = folder()
  writeFileSync(join(at.dir, 'persist.member'), '{"id":"half')
  const member = memberFiles(at.dir)('persist')
  assert.equal(member.previous, null)
  member.joined('mine')
  assert.match(readFileSync(join(at.dir, 'persist.member'), 'utf8'), /"mine"/)
  memberFiles(join(at.dir, 'persist.member', 'nowhere'))('persist').joined('mine')
})
