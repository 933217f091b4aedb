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
import { servicePods } from './selectors.ts'

/** What each role speaks to, and nothing else: services by their port, and names. */
const needs: Readonly<Record<string, readonly string[]>> = {
  connectors: ['dns', 'kafka', 'mariadb', 'redis'],
  bridge: ['dns', 'kafka', 'mariadb', 'mqtt', 'redis'],
  pipeline: ['dns', 'internet', 'kafka', 'mariadb', 'redis'],
  gateway: ['dns', 'kafka', 'mariadb', 'mqtt', 'redis'],
}
const services: Readonly<Record<number, string>> = {
  53: 'dns',
  1883: 'mqtt',
  3306: 'mariadb',
  6379: 'redis',
  9092: 'kafka',
}
/** What people outside of the cluster reach. */
const served = ['connectors', 'gateway']
/** What a webhook must not lead to. */
const privateNetworks = ['10.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']

interface Peer {
  podSelector?: Selector
  namespaceSelector?: Selector
  ipBlock?: { cidr: string; except?: string[] }
}

interface Rule {
  from?: Peer[]
  to?: Peer[]
  ports?: { protocol?: string; port: number | string; endPort?: number }[]
}

/** Denied by default, and then allowed exactly what the roles need: no connection less, and none more. */
export function network(manifests: readonly Manifest[]): string[] {
  const policies = ofKind(manifests, 'NetworkPolicy')
  const all = workloads(manifests)
  const roles = all.filter((workload) => roleOf(workload) !== undefined)
  return [
    ...denial(policies),
    ...roles.flatMap((role) => outgoing(policies, role)),
    ...roles.flatMap((role) => incoming(manifests, policies, role)),
    ...all.filter((each) => roleOf(each) === undefined).flatMap((each) => letIn(policies, each, all)),
    ...reached(manifests, policies, roles),
    ...internet(policies),
  ]
}

function denial(policies: readonly Manifest[]): string[] {
  const denies = policies.some(
    ({ spec }) =>
      Object.keys(spec.podSelector).length === 0 &&
      ['Ingress', 'Egress'].every((type) => spec.policyTypes.includes(type)) &&
      !spec.ingress &&
      !spec.egress,
  )
  return denies ? [] : ['no NetworkPolicy denies what is not named']
}

function rulesFor(policies: readonly Manifest[], side: 'ingress' | 'egress', labels: Labels): Rule[] {
  return policies
    .filter(({ spec }) => selects(spec.podSelector, labels))
    .flatMap(({ spec }) => (spec[side] ?? []) as Rule[])
}

function outgoing(policies: readonly Manifest[], workload: Workload): string[] {
  const rules = rulesFor(policies, 'egress', workload.labels)
  const open = rules.some(({ to, ports }) => !to?.length || !ports?.length)
  const found = new Set(
    rules.flatMap(({ ports = [] }) =>
      ports.map(({ port, endPort }) => (endPort ? 'internet' : (services[Number(port)] ?? String(port)))),
    ),
  )
  const wanted = needs[roleOf(workload) ?? ''] ?? []
  return [
    ...(open ? [`${workload.title}: may speak to everybody`] : []),
    ...wanted.filter((name) => !found.has(name)).map((name) => `${workload.title}: can't reach ${name}`),
    ...[...found]
      .filter((name) => !wanted.includes(name))
      .map((name) => `${workload.title}: may reach ${name} and need not`),
  ]
}

function incoming(
  manifests: readonly Manifest[],
  policies: readonly Manifest[],
  workload: Workload,
): string[] {
  const rules = rulesFor(policies, 'ingress', workload.labels)
  const isServed = served.includes(roleOf(workload) ?? '') && ofKind(manifests, 'Ingress').length > 0
  const named = rules.filter(({ from, ports }) => from?.length && ports?.length)
  return [
    rules.length > named.length && `${workload.title}: lets everybody in`,
    isServed && rules.length === 0 && `${workload.title}: the Ingress can't reach it`,
    !isServed && rules.length > 0 && `${workload.title}: lets somebody in and need not`,
  ].filter((complaint) => complaint !== false)
}

/** A service among the pods lets in the roles that need it, at its port, and no other pod. */
function letIn(policies: readonly Manifest[], service: Workload, all: readonly Workload[]): string[] {
  const { name, containerPort } = service.containers[0].ports?.[0] ?? { name: '', containerPort: 0 }
  const rules = rulesFor(policies, 'ingress', service.labels)
  const lets = (labels: Labels) =>
    rules.some(
      ({ from = [], ports = [] }) =>
        from.some((peer) => peer.podSelector && selects(peer.podSelector, labels)) &&
        ports.some(({ port }) => port === containerPort || port === name),
    )
  return all
    .filter((peer) => peer !== service)
    .flatMap((peer) => {
      const wanted = (needs[roleOf(peer) ?? ''] ?? []).includes(services[containerPort])
      if (lets(peer.labels) === wanted) return []
      return [`${service.title}: ${wanted ? 'keeps out' : 'lets in'} ${peer.title}`]
    })
}

/** A policy towards pods beside the roles is for pods that are there, an operator's as well. */
function reached(
  manifests: readonly Manifest[],
  policies: readonly Manifest[],
  roles: readonly Workload[],
): string[] {
  return servicePods(manifests).flatMap(({ title: service, labels: own, port }) =>
    roles
      .filter((role) => needs[roleOf(role) ?? '']?.includes(services[port]))
      .filter(
        ({ labels }) =>
          !rulesFor(policies, 'egress', labels).some(
            ({ to = [], ports = [] }) =>
              to.some(
                ({ podSelector, namespaceSelector }) =>
                  podSelector && !namespaceSelector && selects(podSelector, own),
              ) && ports.some((each) => each.port === port),
          ),
      )
      .map(({ title }) => `${title}: may not go to ${service}`),
  )
}

function internet(policies: readonly Manifest[]): string[] {
  return policies.flatMap((policy) => {
    const peers = ((policy.spec.egress ?? []) as Rule[]).flatMap(({ to = [] }) => to)
    return peers
      .filter(({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0')
      .flatMap(({ ipBlock }) => privateNetworks.filter((range) => !ipBlock?.except?.includes(range)))
      .map((range) => `${titleOf(policy)}: leads to the private network ${range}`)
  })
}
