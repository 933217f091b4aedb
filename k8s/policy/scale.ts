import { metricPartitions, persistGroup, topics } from '@streamgauge/core/topics.ts'
import { type Manifest, ofKind, roleOf, selects, titleOf, type Workload, workloads } from '../manifests.ts'

interface Scaler {
  readonly title: string
  readonly target: string
  readonly min: number
  readonly max: number
}

function scalers(manifests: readonly Manifest[]): Scaler[] {
  return ofKind(manifests, 'HorizontalPodAutoscaler', 'ScaledObject').map((manifest) => {
    const { spec } = manifest
    const min = spec.minReplicas ?? spec.minReplicaCount ?? 1
    const max = spec.maxReplicas ?? spec.maxReplicaCount ?? 100
    return { title: titleOf(manifest), target: spec.scaleTargetRef.name, min, max }
  })
}

/** How many pods of each role there may be: not more than there is work for, and one bridge for one login. */
export function replicas(manifests: readonly Manifest[]): string[] {
  const known = scalers(manifests)
  const lost = known
    .filter(({ target }) => !workloads(manifests).some(({ manifest }) => manifest.metadata.name === target))
    .map(({ title }) => `${title}: scales nothing`)
  const byRole = workloads(manifests).flatMap((workload) => {
    const role = roleOf(workload)
    if (role === undefined) return []
    const { name } = workload.manifest.metadata
    const own = known.filter(({ target }) => target === name)
    const fixed: number | undefined = workload.manifest.spec.replicas
    const most = Math.max(fixed ?? 1, ...own.map(({ max }) => max))
    return [
      own.length > 1 && `${workload.title}: scaled by two that fight`,
      own.length === 1 && fixed !== undefined && `${workload.title}: its replicas undo what scales it`,
      own.some(({ min, max }) => min > max) && `${workload.title}: at least more than at most`,
      role === 'pipeline' && most > metricPartitions && `${workload.title}: more pods than partitions`,
      role === 'bridge' && most > 1 && `${workload.title}: two bridges with one login`,
      role === 'bridge' &&
        strategyOf(workload) !== 'Recreate' &&
        `${workload.title}: two bridges in a rollout`,
      role !== 'bridge' &&
        strategyOf(workload) !== 'RollingUpdate' &&
        `${workload.title}: an outage in a rollout`,
    ].filter((complaint) => complaint !== false)
  })
  return [...lost, ...byRole]
}

/** KEDA asks for the backlog of the very group and topic that the pipeline works through, and can ask. */
export function backlog(manifests: readonly Manifest[]): string[] {
  const [config] = ofKind(manifests, 'ConfigMap').filter(({ data }) => data?.KAFKA_BROKERS)
  const brokers = config?.data?.KAFKA_BROKERS.split(',') ?? []
  return ofKind(manifests, 'ScaledObject').flatMap((manifest) => {
    const { topic, consumerGroup } = manifest.spec.triggers[0].metadata
    const title = titleOf(manifest)
    return [
      ...brokers
        .filter((broker) => !isKnownEverywhere(broker, manifests))
        .map((broker) => `${title}: KEDA's operator, in another namespace, does not know ${broker}`),
      !(manifest.spec.fallback?.replicas > 1) && `${title}: without an answer of Kafka it keeps to one pod`,
      topic !== topics.ingest && `${title}: nobody works through the topic ${topic}`,
      consumerGroup !== persistGroup && `${title}: there is no group ${consumerGroup}`,
    ].filter((complaint) => complaint !== false)
  })
}

/** Whether other namespaces find a broker by its name: that of a Service with its namespace, or one of the network. */
function isKnownEverywhere(broker: string, manifests: readonly Manifest[]): boolean {
  const [host] = broker.split(':')
  const [, kafka, namespace] = /^(.+)-kafka-bootstrap\.([^.]+)\.svc(\.|$)/.exec(host) ?? []
  if (kafka === undefined) return host.includes('.')
  return ofKind(manifests, 'Kafka').some(
    ({ metadata }) => metadata.name === kafka && metadata.namespace === namespace,
  )
}

/** Each role has a budget, and each budget lets a node be emptied. */
export function budgets(manifests: readonly Manifest[]): string[] {
  const all = ofKind(manifests, 'PodDisruptionBudget')
  const roles = workloads(manifests).filter((workload) => roleOf(workload) !== undefined)
  const without = roles
    .filter(({ labels }) => !all.some(({ spec }) => selects(spec.selector, labels)))
    .map(({ title }) => `${title}: has no disruption budget`)
  const known = scalers(manifests)
  const stuck = all
    .filter(({ spec }) => {
      const held = roles.find(({ labels }) => selects(spec.selector, labels))
      const name = held?.manifest.metadata.name
      const least = known.find(({ target }) => target === name)?.min ?? held?.manifest.spec.replicas ?? 1
      return spec.minAvailable === undefined ? !(spec.maxUnavailable >= 1) : spec.minAvailable >= least
    })
    .map((manifest) => `${titleOf(manifest)}: lets no pod be moved`)
  return [...without, ...stuck]
}

function strategyOf({ manifest }: Workload): string {
  return manifest.spec.strategy?.type ?? 'RollingUpdate'
}
