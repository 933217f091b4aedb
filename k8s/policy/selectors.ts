import {
  type Labels,
  type Manifest,
  ofKind,
  roleOf,
  type Selector,
  selects,
  titleOf,
  type Workload,
  workloads,
} from '../manifests.ts'

/** The pods of one object, as far as policies look at them. */
export interface Pods {
  /** Such as `Kafka streamgauge`, for complaints. */
  readonly title: string
  readonly labels: Labels
  /** The first that they listen on; 0 for none. */
  readonly port: number
}

/** What an operator makes of an object of its own: the labels of the pods, and their port. */
const operators: Readonly<Record<string, (name: string) => Omit<Pods, 'title'>>> = {
  Kafka: (name) => ({ labels: { 'strimzi.io/cluster': name }, port: 9092 }),
  MariaDB: (name) => ({
    labels: { 'app.kubernetes.io/name': 'mariadb', 'app.kubernetes.io/instance': name },
    port: 3306,
  }),
}

/** All services that run beside the roles, those made by operators included. */
export function servicePods(manifests: readonly Manifest[]): Pods[] {
  const own = workloads(manifests).filter((workload) => roleOf(workload) === undefined)
  return [
    ...own.map(({ title, labels, containers }) => ({
      title,
      labels,
      port: containers[0].ports?.[0]?.containerPort ?? 0,
    })),
    ...ofKind(manifests, ...Object.keys(operators)).map((manifest) => ({
      title: titleOf(manifest),
      ...operators[manifest.kind](manifest.metadata.name),
    })),
  ]
}

/** A selector that finds nothing does nothing, silently. */
export function selectors(manifests: readonly Manifest[]): string[] {
  const all = workloads(manifests)
  const labels = [...all, ...servicePods(manifests)].map((pods) => pods.labels)
  const finds = (selector: Selector) => labels.some((each) => selects(selector, each))
  const own = all
    .filter((workload) => !selects(workload.manifest.spec.selector, workload.labels))
    .map(({ title }) => `${title}: its selector does not find its own pods`)
  const twice = all
    .filter((one) => all.some((other) => other !== one && selects(one.manifest.spec.selector, other.labels)))
    .map(({ title }) => `${title}: its selector finds pods of another`)
  const lost = ofKind(manifests, 'NetworkPolicy', 'PodDisruptionBudget')
    .filter(({ kind, spec }) => !finds(kind === 'NetworkPolicy' ? spec.podSelector : spec.selector))
    .map((manifest) => `${titleOf(manifest)}: finds no pod`)
  return [...own, ...twice, ...lost, ...services(manifests, all), ...ingresses(manifests)]
}

function services(manifests: readonly Manifest[], all: readonly Workload[]): string[] {
  return ofKind(manifests, 'Service').flatMap((service) => {
    const behind = all.filter(({ labels }) => selects({ matchLabels: service.spec.selector }, labels))
    if (behind.length === 0) return [`${titleOf(service)}: has no pods`]
    const open = behind.flatMap(({ containers }) => containers.flatMap(({ ports = [] }) => ports))
    const wanted: { targetPort: string }[] = service.spec.ports
    return wanted
      .filter(({ targetPort }) => !open.some(({ name }) => name === targetPort))
      .map(({ targetPort }) => `${titleOf(service)}: its pods have no port ${targetPort}`)
  })
}

interface Backend {
  readonly service: { readonly name: string; readonly port: { readonly name: string } }
}

function ingresses(manifests: readonly Manifest[]): string[] {
  const all = ofKind(manifests, 'Service')
  return ofKind(manifests, 'Ingress').flatMap((ingress) => {
    const rules: { http: { paths: { path: string; backend: Backend }[] } }[] = ingress.spec.rules
    const paths = rules.flatMap(({ http }) => http.paths)
    const broken = paths
      .filter(({ backend: { service } }) => {
        const found = all.find(({ metadata }) => metadata.name === service.name)
        const ports: { name: string }[] = found?.spec.ports ?? []
        return !ports.some(({ name }) => name === service.port.name)
      })
      .map(({ path }) => `${titleOf(ingress)}: ${path} leads nowhere`)
    const target = (path: string) => paths.find((each) => each.path === path)?.backend.service.name
    const crossed = [['/api/v1/metrics', 'connectors'] as const, ['/', 'gateway'] as const].filter(
      ([path, name]) => target(path) !== name,
    )
    return [...broken, ...crossed.map(([path, name]) => `${titleOf(ingress)}: ${path} belongs to ${name}`)]
  })
}
