import {
  type Labels,
  type Manifest,
  ofKind,
  type Selector,
  selects,
  titleOf,
  type Workload,
  workloads,
} from '../manifests.ts'

/** Labels that an operator gives to the pods it makes, by the object that it makes them for. */
const operators: Readonly<Record<string, (name: string) => Labels>> = {
  Kafka: (name) => ({ 'strimzi.io/cluster': name }),
  MariaDB: (name) => ({ 'app.kubernetes.io/name': 'mariadb', 'app.kubernetes.io/instance': name }),
}

/** The labels of all pods that there will be, those made by operators included. */
export function podLabels(manifests: readonly Manifest[]): Labels[] {
  const made = ofKind(manifests, ...Object.keys(operators))
  return [
    ...workloads(manifests).map(({ labels }) => labels),
    ...made.map(({ kind, metadata }) => operators[kind](metadata.name)),
  ]
}

/** A selector that finds nothing does nothing, silently. */
export function selectors(manifests: readonly Manifest[]): string[] {
  const all = workloads(manifests)
  const labels = podLabels(manifests)
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
