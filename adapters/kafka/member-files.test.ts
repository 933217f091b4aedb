import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { memberFiles } from './member-files.ts'

const script = `
  const { memberFiles } = await import(${JSON.stringify(join(import.meta.dirname, 'member-files.ts'))})
  console.log(memberFiles(process.argv[1])('persist')().name)
  setInterval(() => undefined, 1_000)
`

function folder() {
  const dir = mkdtempSync(join(tmpdir(), 'streamgauge-member-'))
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) }
}

/** A process that has claimed a name and lives until it is killed. */
async function start(dir: string) {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [name] = await once(child.stdout ?? child, 'data')
  return {
    name: String(name).trim(),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

test('the successor of a killed process has its name', async () => {
  using at = folder()
  const first = await start(at.dir)
  await first.kill()
  const second = await start(at.dir)
  assert.equal(second.name, first.name)
  await second.kill()
})

test('two living processes never share a name: whoever comes has one of its own', async () => {
  using at = folder()
  const owner = await start(at.dir)
  const other = await start(at.dir)
  assert.notEqual(other.name, owner.name)
  await owner.kill()
  const heir = await start(at.dir)
  assert.equal(heir.name, owner.name)
  await Promise.all([other.kill(), heir.kill()])
})

test('of many that start at once one gets the name of the dead', async () => {
  using at = folder()
  const first = await start(at.dir)
  await first.kill()
  const heirs = await Promise.all(Array.from({ length: 6 }, () => start(at.dir)))
  assert.equal(new Set(heirs.map(({ name }) => name)).size, 6)
  assert.ok(heirs.some(({ name }) => name === first.name))
  await Promise.all(heirs.map((heir) => heir.kill()))
})

test('a process that takes the number of a dead one has its name, and shares it with nobody', () => {
  using at = folder()
  writeFileSync(join(at.dir, `persist.name.${process.pid}`), '')
  const [one, other] = [memberFiles(at.dir)('persist')(), memberFiles(at.dir)('persist')()]
  assert.equal(one?.name, 'name')
  assert.notEqual(other?.name, 'name')
})

test('a name is the same for as long as it is held; who has lost it takes none from others', () => {
  using at = folder()
  const claim = memberFiles(at.dir)('persist')
  const [first, again] = [claim(), claim()]
  assert.ok(first)
  assert.ok(first.holds())
  assert.equal(again?.name, first.name)
  const [file] = readdirSync(at.dir)
  renameSync(join(at.dir, file), join(at.dir, `persist.${first.name}.${2 ** 30}`))
  assert.ok(!first.holds())
  const second = claim()
  assert.ok(second)
  assert.ok(second.holds())
  assert.notEqual(second.name, first.name)
  second.giveUp()
  assert.ok(!second.holds())
  assert.deepEqual(readdirSync(at.dir), [`persist.${first.name}.${2 ** 30}`])
})

test('groups have their own names, also where the name of one begins with that of another', () => {
  using at = folder()
  const dead = 2 ** 30
  writeFileSync(join(at.dir, `persist.late.name.${dead}`), '')
  const [persist, late] = ['persist', 'persist.late'].map((group) => memberFiles(at.dir)(group)())
  assert.notEqual(persist?.name, 'late')
  assert.equal(late?.name, 'name')
})

test('a folder that can’t be written costs nothing but time', () => {
  using at = folder()
  writeFileSync(join(at.dir, 'file'), '')
  assert.equal(memberFiles(join(at.dir, 'file', 'nowhere'))('persist')(), null)
})
