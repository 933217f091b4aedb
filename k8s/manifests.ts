/** A Kubernetes object, as far as the checks here look at it. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    name: string
    namespace?: string
    labels?: Labels
    annotations?: Record<string, string>
  }
  // biome-ignore lint/suspicious/noExplicitAny: what it looks like is checked against its schema first
  spec?: any
  data?: Record<string, string>
}

export type Labels = Record<string, string>

export interface Container {
  name: string
  image: string
  args?: string[]
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: KeyRef; configMapKeyRef?: KeyRef } }[]
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[]
  ports?: { name: string; containerPort: number; protocol?: string }[]
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
  securityContext?: {
    allowPrivilegeEscalation?: boolean
    readOnlyRootFilesystem?: boolean
    capabilities?: { drop?: string[]; add?: string[] }
  }
  startupProbe?: Probe
  livenessProbe?: Probe
  readinessProbe?: Probe
  lifecycle?: { preStop?: { sleep?: { seconds: number } } }
  volumeMounts?: { name: string; mountPath: string }[]
}

export interface KeyRef {
  name: string
  key: string
  optional?: boolean
}

export interface Probe {
  httpGet?: { path: string; port: string | number }
  exec?: { command: string[] }
  periodSeconds?: number
  failureThreshold?: number
}

/** The pods that one Deployment or StatefulSet makes. */
export interface Workload {
  readonly manifest: Manifest
  /** Such as `Deployment gateway`, for complaints. */
  readonly title: string
  readonly labels: Labels
  // biome-ignore lint/suspicious/noExplicitAny: what it looks like is checked against its schema first
  readonly pod: any
  readonly containers: readonly Container[]
  readonly initContainers: readonly Container[]
}

/** What a rendered overlay refers to and leaves to others: Secrets with their keys; none for a Secret of any. */
export interface External {
  readonly secrets: Readonly<Record<string, readonly string[]>>
}

export interface Selector {
  matchLabels?: Labels
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

export function titleOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`
}

export function ofKind(manifests: readonly Manifest[], ...kinds: readonly string[]): Manifest[] {
  return manifests.filter(({ kind }) => kinds.includes(kind))
}

export function workloads(manifests: readonly Manifest[]): Workload[] {
  return ofKind(manifests, 'Deployment', 'StatefulSet').map((manifest) => {
    const { metadata, spec: pod } = manifest.spec.template
    return {
      manifest,
      title: titleOf(manifest),
      labels: metadata.labels ?? {},
      pod,
      containers: pod.containers,
      initContainers: pod.initContainers ?? [],
    }
  })
}

/** The role of a workload of ours; undefined for a service. */
export function roleOf({ containers }: Workload): string | undefined {
  const flag = containers[0].args?.find((arg) => arg.startsWith('--role='))
  return flag?.slice('--role='.length)
}

/** Whether a label selector takes in an object with these labels; an empty one takes in everything. */
export function selects(selector: Selector, labels: Labels): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value)
  const fits = (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    if (operator === 'In') return values.includes(labels[key])
    if (operator === 'NotIn') return !values.includes(labels[key])
    return (operator === 'Exists') === key in labels
  })
  return equal && fits
}
