import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../files.ts'
import { acquire } from '../install/acquire.ts'
import { installKafkaJars, kafkaJarsFolder } from '../install/kafka-jars.ts'
import { runTool } from '../install/run.ts'
import { LaunchError } from '../launch-error.ts'
import { type Container, compose } from './compose.ts'
import { kafkaPing } from './kafka-ping.ts'
import type { Context, Service } from './service.ts'

const oldestJava = 17
const java = { title: 'Java', programs: ['java'], packages: ['default-jre-headless'] }
/** The quick compiler and the simple collector: ready after half the CPU time, which is what a first look costs. */
const virtualMachine = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const maven = { title: 'Maven', programs: ['mvn'], packages: ['maven'] }

/** Apache Kafka in KRaft mode: one node that is broker and controller. */
export const kafka: Service = {
  name: 'kafka',
  title: 'Kafka',
  variable: 'KAFKA_BROKERS',
  companions: ['KAFKA_TLS', 'KAFKA_SASL', 'KAFKA_USERNAME', 'KAFKA_PASSWORD'],
  async prepare(context) {
    const { home, state } = context
    const port = await state.port('kafka')
    const url = `127.0.0.1:${port}`
    const program = await acquireKafka(context)
    const ping = (timeoutMs: number) => kafkaPing('127.0.0.1', port, timeoutMs)
    if (program === undefined) {
      const packages = [...java.packages, ...maven.packages]
      return compose({ service: kafka, url, port, container: redpanda(port), packages, ping }, context)
    }
    const dir = home.path('kafka')
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    const properties = home.path('kafka.properties')
    const logging = home.path('kafka-log4j2.properties')
    replaceFile(properties, configuration({ port, controllerPort: await state.port('kafkaController'), dir }))
    replaceFile(logging, loggingConfiguration)
    const classes = ['-cp', join(kafkaJarsFolder(), '*'), `-Dlog4j2.configurationFile=${logging}`]
    if (!existsSync(join(dir, 'meta.properties'))) await format(program, classes, properties, dir)
    return {
      name: 'kafka',
      title: 'Kafka',
      url,
      command: program,
      args: [...virtualMachine, ...classes, 'kafka.Kafka', properties],
      graceMs: 30_000,
      ping,
      remedy: `If its data is damaged, restore ${dir} from a backup, or move it away to start with an empty log.`,
    }
  },
}

/** The path of Java with Kafka's jars in place; undefined when Java or Maven can't be had. */
async function acquireKafka({ say }: Context): Promise<string | undefined> {
  const program = process.env.JAVA_HOME
    ? join(process.env.JAVA_HOME, 'bin', 'java')
    : await acquire(java, say)
  if (program === undefined) return undefined
  if (!existsSync(kafkaJarsFolder())) {
    const mvn = await acquire(maven, say)
    if (mvn === undefined) return undefined
    await installKafkaJars(mvn, say)
  }
  const told = await runTool(program, ['-version'], { purpose: `Asking ${program} for its version` })
  const version = Number(told.match(/version "(\d+)/)?.[1])
  if (version >= oldestJava) return program
  throw new LaunchError(
    `Kafka needs Java ${oldestJava} or later and ${program} is ${version}: install a later one, or name one in JAVA_HOME.`,
  )
}

async function format(java: string, classes: string[], properties: string, dir: string): Promise<void> {
  // Kafka refuses ids that begin with a dash: they would look like options.
  const id = `S${randomBytes(16).toString('base64url').slice(1)}`
  const tool = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', id, '-c', properties]
  await runTool(java, ['-XX:TieredStopAtLevel=1', ...classes, ...tool], {
    purpose: `Making the log in ${dir}`,
  })
}

function configuration(options: { port: number; controllerPort: number; dir: string }): string {
  return `process.roles=broker,controller
node.id=1
listeners=BROKER://127.0.0.1:${options.port},CONTROLLER://127.0.0.1:${options.controllerPort}
advertised.listeners=BROKER://127.0.0.1:${options.port}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:${options.controllerPort}
inter.broker.listener.name=BROKER
log.dirs=${escapeProperty(options.dir)}
auto.create.topics.enable=false
# One node: every internal topic has one replica, and few partitions are enough.
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
# A broker started again after kill -9 may register only when the session of its former self is over (9 s by default).
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
# A small machine: threads, buffers and preallocated indexes to match.
num.network.threads=2
num.io.threads=4
background.threads=2
log.cleaner.dedupe.buffer.size=16777216
log.index.size.max.bytes=1048576
`
}

/** Java reads property files as Latin-1. */
function escapeProperty(text: string): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return text.replace(/[^ -~]|\\/g, escaped)
}

function redpanda(port: number): Container {
  const listeners = ['--kafka-addr', 'PLAINTEXT://0.0.0.0:9092']
  const advertised = ['--advertise-kafka-addr', `PLAINTEXT://127.0.0.1:${port}`]
  return {
    image: 'redpandadata/redpanda:v25.2.7',
    command: [
      'redpanda',
      'start',
      '--smp',
      '1',
      '--memory',
      '1G',
      '--overprovisioned',
      ...listeners,
      ...advertised,
    ],
    port: 9092,
    data: '/var/lib/redpanda/data',
  }
}

const loggingConfiguration = `appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c{1}: %m%n%throwable{short}
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
`
