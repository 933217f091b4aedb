import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ratesOf, readDisks, readNetwork } from './counters.ts'
import { readMeminfo } from './memory.ts'
import { localMounts } from './mounts.ts'

test('used memory is what the system could not give to others', () => {
  const text = 'MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    600 kB\nCached:  500 kB\n'
  assert.deepEqual(readMeminfo(text), { used: 409_600, total: 1_024_000, available: 614_400 })
})

test('an old kernel that does not say what is available is asked for free, buffers and cache', () => {
  const text = 'MemTotal:  1000 kB\nMemFree:   100 kB\nBuffers:  20 kB\nCached:  500 kB\n'
  assert.equal(readMeminfo(text).available, 620 * 1024)
})

test('bytes are counted on real interfaces only, also where the number follows the colon at once', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0
  eth0:4000 1 0 0 0 0 0 0 5000 1 0 0 0 0 0 0
docker0: 7 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0
 wlan0: 1 1 0 0 0 0 0 0 2 1 0 0 0 0 0 0
`
  assert.deepEqual(
    [...readNetwork(text)],
    [
      ['eth0', [4000, 5000]],
      ['wlan0', [1, 2]],
    ],
  )
})

test('bytes are counted once for a disk, however it is cut', () => {
  const line = (name: string) => `   8       0 ${name} 10 0 100 5 20 0 200 5 0 5 10`
  const names = [
    'sda',
    'sda1',
    'sda2',
    'nvme0n1',
    'nvme0n1p1',
    'mmcblk0',
    'mmcblk0p2',
    'loop0',
    'dm-0',
    'xvda1',
  ]
  const read = readDisks(`${names.map(line).join('\n')}\n`)
  assert.deepEqual([...read.keys()], ['sda', 'nvme0n1', 'mmcblk0', 'xvda1'])
  assert.deepEqual(read.get('sda'), [51_200, 102_400])
})

test('rates are bytes a second; what was not there before or began anew is left out', () => {
  const before = new Map([
    ['a', [0, 1000]],
    ['reset', [500, 500]],
  ] as const)
  const now = new Map([
    ['a', [5000, 1000]],
    ['reset', [1, 600]],
    ['new', [1, 1]],
  ] as const)
  assert.deepEqual([...ratesOf(before, now, 2000)], [['a', [2500, 0]]])
})

test('local disks are found once each, without boot partitions, images and network file systems', () => {
  const text = `overlay / overlay rw 0 0
proc /proc proc rw 0 0
/dev/sda1 /etc/hosts ext4 rw 0 0
/dev/sdb1 /data\\040disk ext4 rw 0 0
/dev/sdb1 /again ext4 rw 0 0
/dev/sda15 /boot/efi vfat rw 0 0
/dev/loop3 /snap/core squashfs ro 0 0
server:/x /nfs nfs4 rw 0 0
`
  assert.deepEqual(localMounts(text), ['/', '/data disk'])
})
