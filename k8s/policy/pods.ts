import { type Container, type Manifest, roleOf, type Workload, workloads } from '../manifests.ts'

/** Programs that can't run without writing beside their volumes: Redpanda makes its configuration in /etc. */
const writesItsRoot = ['redpanda']
const pinned = /:v?\d+\.\d+\.\d+(-[a-z0-9.-]+)?$/

const everyContainer = (workload: Workload) => [...workload.initContainers, ...workload.containers]

function eachContainer(
  manifests: readonly Manifest[],
  judge: (container: Container, workload: Workload) => (string | false)[],
): string[] {
  return workloads(manifests).flatMap((workload) =>
    everyContainer(workload).flatMap((container) =>
      judge(container, workload)
        .filter((complaint) => complaint !== false)
        .map((complaint) => `${workload.title}, container ${container.name}: ${complaint}`),
    ),
  )
}

/** What the scheduler reckons with, and where a leak ends. CPU has no limit: being throttled is felt as latency. */
export function resources(manifests: readonly Manifest[]): string[] {
  return eachContainer(manifests, ({ resources }) => [
    !resources?.requests?.cpu && 'no request for CPU',
    !resources?.requests?.memory && 'no request for memory',
    !resources?.limits?.memory && 'no limit for memory',
  ])
}

export function images(manifests: readonly Manifest[]): string[] {
  const made = eachContainer(manifests, ({ image }) => [
    !pinned.test(image) && `the image ${image} is not pinned to a full version`,
  ])
  const asked = manifests
    .filter(({ spec }) => typeof spec?.image === 'string' && !pinned.test(spec.image))
    .map(({ kind, spec }) => `${kind}: the image ${spec.image} is not pinned to a full version`)
  return [...made, ...asked]
}

/** Live restarts and ready takes out of service: a role whose store is away must not be restarted for it. */
export function probes(manifests: readonly Manifest[]): string[] {
  return workloads(manifests).flatMap((workload) =>
    workload.containers.flatMap((container) => {
      const { startupProbe, livenessProbe, readinessProbe } = container
      const missing = [
        !startupProbe && 'startup',
        !livenessProbe && 'liveness',
        !readinessProbe && 'readiness',
      ]
        .filter((name) => name !== false)
        .map((name) => `${workload.title}: no ${name} probe`)
      if (roleOf(workload) === undefined) return missing
      const wrong = [
        [startupProbe, '/health/live'] as const,
        [livenessProbe, '/health/live'] as const,
        [readinessProbe, '/health/ready'] as const,
      ].filter(([probe, path]) => probe && probe.httpGet?.path !== path)
      return [...missing, ...wrong.map(([, path]) => `${workload.title}: a probe that should ask ${path}`)]
    }),
  )
}

/** The restricted standard for pods, and a root that can't be written. */
export function confinement(manifests: readonly Manifest[]): string[] {
  const pods = workloads(manifests).flatMap(({ title, pod }) => {
    const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext ?? {}
    return [
      runAsNonRoot !== true && 'may run as root',
      !(runAsUser > 0) && 'names no user to run as',
      seccompProfile?.type !== 'RuntimeDefault' && 'has no seccomp profile',
      pod.automountServiceAccountToken !== false && 'is given a token of the Kubernetes API',
      pod.enableServiceLinks !== false && 'is given variables that name every Service',
      (pod.hostNetwork || pod.hostPID || pod.hostIPC) && 'shares a namespace of its node',
      (pod.volumes ?? []).some((volume: object) => 'hostPath' in volume) && 'mounts a folder of its node',
    ]
      .filter(Boolean)
      .map((complaint) => `${title}: ${complaint}`)
  })
  const containers = eachContainer(manifests, ({ name, securityContext }) => [
    securityContext?.allowPrivilegeEscalation !== false && 'may gain privileges',
    !securityContext?.capabilities?.drop?.includes('ALL') && 'keeps capabilities',
    (securityContext?.capabilities?.add ?? []).length > 0 && 'adds capabilities',
    securityContext?.readOnlyRootFilesystem !== true && !writesItsRoot.includes(name) && 'may write its root',
  ])
  return [...pods, ...containers]
}

/** From the order to stop: first the sleep, then `shutdownMs` to drain, and only then the end by force. */
export function grace(manifests: readonly Manifest[], shutdownMs: number): string[] {
  return workloads(manifests)
    .filter((workload) => roleOf(workload) !== undefined)
    .flatMap((workload) => {
      const { title, pod, containers } = workload
      const sleep = containers[0].lifecycle?.preStop?.sleep?.seconds ?? 0
      const needed = sleep + shutdownMs / 1000 + 1
      const given = pod.terminationGracePeriodSeconds ?? 30
      const served = ['connectors', 'gateway'].includes(roleOf(workload) ?? '')
      return [
        given < needed && `${title}: killed after ${given} s, and it takes ${needed} s to drain`,
        served && sleep < 3 && `${title}: stops before balancers know`,
      ].filter((complaint) => complaint !== false)
    })
}
