import { readConfig } from '@streamgauge/adapters/config.ts'
import { listLetters, replayLetters } from '@streamgauge/pipeline/dlq.ts'
import { afterRestore, heal } from '@streamgauge/pipeline/doctor.ts'
import {
  findingLine,
  letterLine,
  replayLine,
  skippedLines,
  topicLines,
} from '@streamgauge/pipeline/report.ts'
import { describeTopics } from '@streamgauge/pipeline/topics.ts'
import { type Command, type Input, print, UsageError } from './command.ts'
import { checkUp } from './doctor/doctor.ts'
import { foundLine, isNote } from './doctor/faults.ts'
import { environment, withDatabase, withLog } from './services.ts'

export const logCommands: Readonly<Record<string, Command>> = {
  topics: { run: showTopics },
  'dlq list': { run: dlqList },
  'dlq replay': { options: { all: { type: 'boolean' } }, run: dlqReplay },
  doctor: { options: { partition: { type: 'string' }, restored: { type: 'boolean' } }, run: doctor },
}

async function showTopics(): Promise<void> {
  await withDatabase((db) => withLog(async (log) => print(topicLines(await describeTopics(log, db)))))
}

async function dlqList(): Promise<void> {
  await withLog(async (log) => print((await listLetters(log)).map(letterLine)))
}

async function dlqReplay({ positionals: ids, values }: Input): Promise<void> {
  if (ids.length > 0 === Boolean(values.all)) throw new UsageError('Name the ids to send again, or --all.')
  await withDatabase((db) =>
    withLog(async (log) => {
      const { replayed, skipped } = await replayLetters(log, db, values.all ? 'all' : ids, Date.now())
      print([...replayed.map(replayLine), ...skippedLines(skipped)])
      const known = new Set(replayed.map(({ letter }) => letter.id))
      const unknown = ids.filter((id) => !known.has(id))
      if (unknown.length > 0) throw new Error(`There is no dead letter ${unknown.join(', ')}.`)
    }),
  )
}

async function doctor({ values }: Input): Promise<void> {
  const partition = values.partition === undefined ? undefined : Number(values.partition)
  if (partition !== undefined && !Number.isInteger(partition)) {
    throw new UsageError('--partition takes the number of a partition.')
  }
  if (partition !== undefined && values.restored)
    throw new UsageError('Give --restored first, and --partition where something stops it then.')
  await withDatabase((db) =>
    withLog(async (log) => {
      if (values.restored) {
        await afterRestore(log, db)
        print(['What came since the backup is read again from the log when a pipeline starts.'])
        return
      }
      if (partition !== undefined) {
        const healed = await heal(log, db, partition, Date.now())
        print(healed ? [findingLine(healed), 'Done.'] : [`Nothing stops partition ${partition}.`])
        return
      }
      const { found, partitions } = await checkUp(readConfig(environment), db, log)
      const lines = [...found.map(foundLine), ...partitions.map(findingLine)]
      print(lines.length > 0 ? lines : ['Nothing is wrong.'])
      if (partitions.length > 0 || !found.every(isNote)) process.exitCode = 1
    }),
  )
}
