import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, makeOnce } from './cached.ts'
import { runTool } from './run.ts'

const versions = { kafka: '4.2.1', scala: '2.13', log4jBinding: '2.25.4', plugin: '3.8.1' }

const pom = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>streamgauge</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_${versions.scala}</artifactId>
      <version>${versions.kafka}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>${versions.log4jBinding}</version>
    </dependency>
  </dependencies>
</project>
`

/** The folder these jars are kept in, shared by all checkouts of this user. */
export function kafkaJarsFolder(): string {
  return cacheFolder(`kafka-${versions.kafka}`)
}

/** Fetches Apache Kafka's jars through Maven unless they are there; safe when two launchers do it at once. */
export async function installKafkaJars(maven: string, say: (text: string) => void): Promise<void> {
  await makeOnce(kafkaJarsFolder(), async (draft) => {
    say(`fetching Apache Kafka ${versions.kafka} with Maven`)
    writeFileSync(join(draft, 'pom.xml'), pom)
    const goal = `org.apache.maven.plugins:maven-dependency-plugin:${versions.plugin}:copy-dependencies`
    await runTool(maven, ['-B', '-q', goal, '-DincludeScope=runtime', '-DoutputDirectory=jars'], {
      purpose: 'Fetching Apache Kafka with Maven (it needs its repository, or a mirror set up in Maven)',
      cwd: draft,
    })
    return join(draft, 'jars')
  })
}
