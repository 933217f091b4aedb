// The manifests as Kubernetes would get them: rendered, held against its schemas, and against what our roles need.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { readConfig } from '@streamgauge/adapters/config.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { installManifestTools, type ManifestTools } from '@streamgauge/local/install/manifest-tools.ts'
import { variables } from '../docs/tables.ts'
import { type Container, type Manifest, ofKind, roleOf, titleOf, workloads } from './manifests.ts'
import { complaints } from './policy/policy.ts'
import { type Rendered, render } from './render.ts'
import { schemaChecker } from './schema.ts'

const overlays = ['dev', 'prod', 'prod-operators'] as const
/** The oldest and the newest version of Kubernetes that README.md promises. */
const versions = ['1.31', '1.37']
const { shutdownMs } = readConfig({ KAFKA_BROKERS: 'k:9092', DATABASE_URL: 'd', REDIS_URL: 'r' })

let tools: ManifestTools
let all: Rendered[]

before(async () => {
  tools = await installManifestTools(() => undefined)
  all = await render(tools.kubectl, overlays)
})

/** A copy, so that a test may spoil it. */
function take(name: (typeof overlays)[number]): Rendered {
  return structuredClone(all.find((each) => each.name === name)) as Rendered
}

function judge({ manifests, external }: Rendered): string[] {
  return complaints(manifests, { external, shutdownMs })
}

test('every object is what the oldest and the newest Kubernetes take, with no field that they don’t know', () => {
  for (const version of versions) {
    const check = schemaChecker(join(tools.schemas, `v${version}.0-local-strict`))
    for (const { name, manifests } of all) {
      assert.ok(manifests.length > 20, name)
      assert.deepEqual(manifests.flatMap(check), [], `${name} on ${version}`)
    }
  }
})

test('a field that Kubernetes or an operator does not know is found, and a value of the wrong kind', () => {
  const check = schemaChecker(join(tools.schemas, `v${versions[0]}.0-local-strict`))
  const spoilt: [kind: string, spoil: (spec: Manifest['spec']) => void, complaint: RegExp][] = [
    ['Deployment', (spec) => (spec.template.spec.containers[0].redinessProbe = {}), /redinessProbe/],
    ['Deployment', (spec) => (spec.revisionHistoryLimit = 'five'), /revisionHistoryLimit/],
    ['HorizontalPodAutoscaler', (spec) => (spec.behavior.scaleDwn = {}), /scaleDwn/],
    ['ScaledObject', (spec) => (spec.maxReplicas = 12), /maxReplicas/],
    ['Kafka', (spec) => (spec.kafka.listeners[0].type = 'nodeport-ish'), /listeners/],
    ['KafkaNodePool', (spec) => (spec.role = ['broker']), /role/],
  ]
  for (const [kind, spoil, complaint] of spoilt) {
    const [manifest] = ofKind(take('prod-operators').manifests, kind)
    assert.deepEqual(check(manifest), [])
    spoil(manifest.spec)
    assert.match(check(manifest).join('\n'), complaint, kind)
  }
  const stranger = { apiVersion: 'example.com/v1', kind: 'Stranger', metadata: { name: 'x' } }
  assert.match(check(stranger)[0], /no schema of example.com\/v1 Stranger/)
})

for (const name of overlays) {
  test(`${name}: limits, probes, confinement, references, selectors, replicas and networks are as they must be`, () => {
    assert.deepEqual(judge(take(name)), [])
  })
}

test('the image is that of this version', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const images = all.flatMap(({ manifests }) =>
    workloads(manifests).flatMap(({ containers, initContainers }) =>
      [...containers, ...initContainers].map(({ image }) => image),
    ),
  )
  const own = images.filter((image) => /(^|\/)streamgauge:/.test(image))
  assert.deepEqual([...new Set(own)].sort(), [
    `registry.example.com/streamgauge:${version}`,
    `streamgauge:${version}`,
  ])
})

test('every role runs in every overlay, prepared by its init container', () => {
  for (const { name, manifests } of all) {
    const roles = workloads(manifests).filter((workload) => roleOf(workload))
    assert.deepEqual(roles.map(roleOf).sort(), ['bridge', 'connectors', 'gateway', 'pipeline'], name)
    for (const { title, initContainers } of roles)
      assert.deepEqual(initContainers[0].args, ['cli.ts', 'init'], `${name}: ${title}`)
  }
})

test('the roles are given only variables that they know, with values that they can read', () => {
  for (const { name, manifests } of all) {
    const [config] = ofKind(manifests, 'ConfigMap').filter(({ data }) => data?.KAFKA_BROKERS)
    for (const workload of workloads(manifests)) {
      for (const container of [...workload.initContainers, ...workload.containers]) {
        if (!/(^|\/)streamgauge:/.test(container.image)) continue
        const env = environmentOf(container, config)
        const unknown = Object.keys(env).filter((key) => !(key in variables) && key !== 'OPERATOR_TOKEN')
        assert.deepEqual(unknown, [], `${name}: ${workload.title}`)
        if (container.args?.[1] !== 'broker') readConfig(env)
        if (container.args?.includes('--role=gateway')) assert.equal(readConfig(env).http.useMcp, true, name)
        if (container.args?.includes('--role=bridge')) assert.ok(env.MQTT_URL)
      }
    }
  }
})

test('the Ingress takes bodies as large as ours, keeps silent streams open and passes over who is gone', () => {
  const [{ metadata }] = ofKind(take('prod').manifests, 'Ingress')
  const option = (key: string) => metadata.annotations?.[`nginx.ingress.kubernetes.io/${key}`] ?? ''
  assert.equal(option('proxy-buffering'), 'off')
  assert.ok(Number.parseInt(option('proxy-body-size'), 10) * 1024 * 1024 >= limits.bodyBytes)
  assert.ok(Number(option('proxy-read-timeout')) > 60)
  assert.match(option('proxy-next-upstream'), /^error timeout$/)
})

test('the broker in the cluster is configured like that of the compose file', () => {
  const path = (file: string) => new URL(file, import.meta.url)
  assert.equal(
    readFileSync(path('overlays/dev/mosquitto.conf'), 'utf8'),
    readFileSync(path('../mosquitto.conf'), 'utf8'),
  )
})

/** Secrets as they are after dev-secrets.ts or by the hand of somebody; here only their kind matters. */
const secrets: Readonly<Record<string, string>> = {
  DATABASE_URL: 'mysql://streamgauge:password@mariadb:3306/streamgauge',
  REDIS_URL: 'redis://:password@redis:6379',
  MQTT_URL: 'mqtt://streamgauge-bridge:password@mosquitto:1883',
  MQTT_ADMIN_URL: 'mqtt://streamgauge-admin:password@mosquitto:1883',
  MQTT_AGENT_KEY: 'k'.repeat(32),
  SMTP_URL: 'smtp://mail.example.com:587',
}

function environmentOf(container: Container, config: Manifest): Record<string, string> {
  const named = (container.env ?? []).map(({ name, value, valueFrom }) => [
    name,
    value ?? secrets[valueFrom?.secretKeyRef?.key ?? ''] ?? 'secret',
  ])
  return { ...(container.envFrom ? config.data : {}), ...Object.fromEntries(named) }
}

type Spoil = (find: (title: string) => Manifest['spec'], rendered: { manifests: Manifest[] }) => void

function setBrokers(manifests: readonly Manifest[], brokers: string): void {
  for (const { data } of ofKind(manifests, 'ConfigMap')) if (data?.KAFKA_BROKERS) data.KAFKA_BROKERS = brokers
}

/** As the base has it, for services that are workloads of the overlay itself. */
function goToComponent(spec: Manifest['spec'], component: string): void {
  spec.egress[0].to = [{ podSelector: { matchLabels: { 'app.kubernetes.io/component': component } } }]
}

const podOf = (spec: Manifest['spec']) => spec.template.spec
const first = (spec: Manifest['spec']) => podOf(spec).containers[0]

/** One fault each, where it is put, and what must be said of it. */
const defects: [overlay: (typeof overlays)[number], spoil: Spoil, complaint: RegExp][] = [
  [
    'prod',
    (find) => delete first(find('Deployment gateway')).resources.limits.memory,
    /gateway.*no limit for memory/,
  ],
  [
    'prod',
    (find) => delete first(find('Deployment bridge')).resources.requests.cpu,
    /bridge.*no request for CPU/,
  ],
  [
    'dev',
    (find) => delete first(find('StatefulSet redis')).resources.requests.memory,
    /redis.*no request for memory/,
  ],
  ['dev', (find) => (first(find('StatefulSet redis')).image = 'redis:8'), /redis.*redis:8 is not pinned/],
  [
    'prod-operators',
    (find) => (find('MariaDB streamgauge-mariadb').image = 'mariadb'),
    /mariadb is not pinned/,
  ],
  ['prod', (find) => delete first(find('Deployment pipeline')).livenessProbe, /pipeline: no liveness probe/],
  [
    'dev',
    (find) => delete first(find('StatefulSet mosquitto')).readinessProbe,
    /mosquitto: no readiness probe/,
  ],
  [
    'prod',
    (find) => delete first(find('Deployment connectors')).startupProbe,
    /connectors: no startup probe/,
  ],
  [
    'prod',
    (find) => (first(find('Deployment gateway')).livenessProbe.httpGet.path = '/health/ready'),
    /gateway: a probe that should ask \/health\/live/,
  ],
  [
    'prod',
    (find) => (podOf(find('Deployment gateway')).securityContext.runAsNonRoot = false),
    /gateway: may run as root/,
  ],
  ['dev', (find) => (podOf(find('StatefulSet redis')).securityContext.runAsUser = 0), /redis: names no user/],
  [
    'prod',
    (find) => delete podOf(find('Deployment bridge')).securityContext.seccompProfile,
    /bridge: has no seccomp/,
  ],
  [
    'prod',
    (find) => (podOf(find('Deployment bridge')).automountServiceAccountToken = true),
    /bridge: is given a token/,
  ],
  [
    'prod',
    (find) => delete podOf(find('Deployment bridge')).enableServiceLinks,
    /bridge: is given variables/,
  ],
  ['prod', (find) => (podOf(find('Deployment bridge')).hostNetwork = true), /bridge: shares a namespace/],
  [
    'prod',
    (find) => podOf(find('Deployment bridge')).volumes.push({ name: 'node', hostPath: { path: '/' } }),
    /bridge: mounts a folder of its node/,
  ],
  [
    'prod',
    (find) => (first(find('Deployment gateway')).securityContext.readOnlyRootFilesystem = false),
    /gateway.*may write its root/,
  ],
  [
    'dev',
    (find) => (podOf(find('StatefulSet mosquitto')).initContainers[0].securityContext.capabilities.drop = []),
    /mosquitto, container logins: keeps capabilities/,
  ],
  [
    'prod',
    (find) => (first(find('Deployment gateway')).securityContext.capabilities.add = ['NET_ADMIN']),
    /gateway.*adds capabilities/,
  ],
  [
    'prod',
    (find) => delete first(find('Deployment gateway')).securityContext.allowPrivilegeEscalation,
    /gateway.*may gain privileges/,
  ],
  [
    'prod',
    (find) => (podOf(find('Deployment pipeline')).terminationGracePeriodSeconds = 20),
    /pipeline: killed after 20 s, and it takes 21 s/,
  ],
  [
    'prod',
    (find) => delete first(find('Deployment gateway')).lifecycle,
    /gateway: stops before balancers know/,
  ],
  [
    'prod',
    (find) => (first(find('Deployment gateway')).env[0].valueFrom.secretKeyRef.key = 'DATABASE_ULR'),
    /gateway: no key DATABASE_ULR in Secret streamgauge-secrets/,
  ],
  [
    'dev',
    (find) => (first(find('StatefulSet mariadb')).env[2].valueFrom.secretKeyRef.name = 'other'),
    /mariadb: no Secret other/,
  ],
  [
    'dev',
    (find) => (first(find('Deployment gateway')).envFrom[0].configMapRef.name = 'other'),
    /gateway: no ConfigMap other/,
  ],
  [
    'prod',
    (find) => (podOf(find('Deployment gateway')).serviceAccountName = 'other'),
    /no ServiceAccount other/,
  ],
  ['prod', (find) => (find('Ingress streamgauge').tls[0].secretName = 'other'), /no Secret other/],
  [
    'prod-operators',
    (find) => (find('MariaDB streamgauge-mariadb').passwordSecretKeyRef.key = 'OTHER'),
    /no key OTHER in Secret streamgauge-secrets/,
  ],
  [
    'prod',
    (find) =>
      podOf(find('Deployment gateway')).volumes.push({
        name: 'd',
        persistentVolumeClaim: { claimName: 'other' },
      }),
    /gateway: no PersistentVolumeClaim other/,
  ],
  [
    'prod',
    (find) => (first(find('Deployment gateway')).ports[0].name = 'web'),
    /gateway: no port http for a probe/,
  ],
  ['dev', (find) => delete find('StatefulSet redis').volumeClaimTemplates, /redis: no volume data to mount/],
  [
    'prod',
    (find) => (find('Deployment gateway').selector.matchLabels = { a: 'b' }),
    /gateway: its selector does not find its own pods/,
  ],
  [
    'prod',
    (find) => delete find('Deployment gateway').selector.matchLabels['app.kubernetes.io/component'],
    /gateway: its selector finds pods of another/,
  ],
  ['prod', (find) => (find('Service gateway').selector = { a: 'b' }), /Service gateway: has no pods/],
  [
    'prod',
    (find) => (find('Service gateway').ports[0].targetPort = 'web'),
    /Service gateway: its pods have no port web/,
  ],
  [
    'prod',
    (find) => (find('PodDisruptionBudget gateway').selector.matchLabels = { a: 'b' }),
    /PodDisruptionBudget gateway: finds no pod/,
  ],
  [
    'prod-operators',
    (find) => (find('NetworkPolicy kafka').podSelector.matchLabels['strimzi.io/cluster'] = 'other'),
    /NetworkPolicy kafka: finds no pod/,
  ],
  [
    'prod',
    (find) => (find('Ingress streamgauge').rules[0].http.paths[0].backend.service.name = 'collectors'),
    /\/api\/v1\/metrics leads nowhere/,
  ],
  [
    'prod',
    (find) => (find('Ingress streamgauge').rules[0].http.paths[0].backend.service.name = 'gateway'),
    /\/api\/v1\/metrics belongs to connectors/,
  ],
  [
    'prod',
    (find) => (find('HorizontalPodAutoscaler pipeline').maxReplicas = 13),
    /pipeline: more pods than partitions/,
  ],
  [
    'prod-operators',
    (find) => (find('ScaledObject pipeline').maxReplicaCount = 13),
    /more pods than partitions/,
  ],
  [
    'prod',
    (find) => (find('Deployment pipeline').replicas = 3),
    /pipeline: its replicas undo what scales it/,
  ],
  [
    'prod',
    (find) => (find('HorizontalPodAutoscaler gateway').minReplicas = 11),
    /gateway: at least more than at most/,
  ],
  [
    'prod',
    (find) => (find('HorizontalPodAutoscaler gateway').scaleTargetRef.name = 'pipeline'),
    /pipeline: scaled by two that fight/,
  ],
  [
    'prod',
    (find) => (find('HorizontalPodAutoscaler gateway').scaleTargetRef.name = 'door'),
    /HorizontalPodAutoscaler gateway: scales nothing/,
  ],
  ['prod', (find) => (find('Deployment bridge').replicas = 2), /bridge: two bridges with one login/],
  ['prod', (find) => delete find('Deployment bridge').strategy, /bridge: two bridges in a rollout/],
  [
    'prod',
    (find) => (find('Deployment gateway').strategy = { type: 'Recreate' }),
    /gateway: an outage in a rollout/,
  ],
  [
    'prod-operators',
    (find) => (find('ScaledObject pipeline').triggers[0].metadata.topic = 'metrics.persisted'),
    /nobody works through the topic metrics.persisted/,
  ],
  [
    'prod-operators',
    (find) => (find('ScaledObject pipeline').triggers[0].metadata.consumerGroup = 'store'),
    /there is no group store/,
  ],
  [
    'prod-operators',
    (_, { manifests }) => setBrokers(manifests, 'streamgauge-kafka-bootstrap:9092'),
    /in another namespace, does not know streamgauge-kafka-bootstrap:9092/,
  ],
  [
    'prod-operators',
    (_, { manifests }) => setBrokers(manifests, 'streamgauge-kafka-bootstrap.elsewhere.svc:9092'),
    /in another namespace, does not know streamgauge-kafka-bootstrap.elsewhere.svc:9092/,
  ],
  [
    'prod-operators',
    (find) => delete find('ScaledObject pipeline').fallback,
    /without an answer of Kafka it keeps to one pod/,
  ],
  [
    'prod',
    (find) => (find('PodDisruptionBudget gateway').maxUnavailable = 0),
    /PodDisruptionBudget gateway: lets no pod be moved/,
  ],
  [
    'prod',
    (find) => {
      const budget = find('PodDisruptionBudget gateway')
      delete budget.maxUnavailable
      budget.minAvailable = 2
    },
    /PodDisruptionBudget gateway: lets no pod be moved/,
  ],
  ['prod', without('PodDisruptionBudget gateway'), /gateway: has no disruption budget/],
  ['prod', without('NetworkPolicy default-deny'), /no NetworkPolicy denies/],
  ['prod', without('NetworkPolicy to-kafka'), /gateway: can't reach kafka/],
  ['dev', without('NetworkPolicy to-dns'), /pipeline: can't reach dns/],
  ['prod', without('NetworkPolicy to-internet'), /pipeline: can't reach internet/],
  ['prod', without('NetworkPolicy from-ingress'), /connectors: the Ingress can't reach it/],
  ['dev', without('NetworkPolicy from-roles-to-mqtt'), /mosquitto: keeps out Deployment bridge/],
  [
    'prod',
    (find) => delete find('NetworkPolicy to-mqtt').podSelector.matchExpressions,
    /pipeline: may reach mqtt and need not/,
  ],
  ['prod', (find) => delete find('NetworkPolicy to-redis').egress[0].to, /gateway: may speak to everybody/],
  ['prod', (find) => delete find('NetworkPolicy from-ingress').ingress[0].from, /gateway: lets everybody in/],
  [
    'prod',
    (find) => find('NetworkPolicy from-ingress').podSelector.matchExpressions[0].values.push('bridge'),
    /bridge: lets somebody in and need not/,
  ],
  [
    'dev',
    (find) => delete find('NetworkPolicy from-roles-to-mqtt').ingress[0].from[0].podSelector.matchExpressions,
    /mosquitto: lets in Deployment pipeline/,
  ],
  [
    'dev',
    (find) => (find('NetworkPolicy to-redis').egress[0].to = [{ podSelector: { matchLabels: { a: 'b' } } }]),
    /gateway: may not go to StatefulSet redis/,
  ],
  [
    'prod-operators',
    (find) => goToComponent(find('NetworkPolicy to-kafka'), 'kafka'),
    /gateway: may not go to Kafka streamgauge/,
  ],
  [
    'prod-operators',
    (find) => goToComponent(find('NetworkPolicy to-mariadb'), 'mariadb'),
    /pipeline: may not go to MariaDB streamgauge-mariadb/,
  ],
  [
    'prod',
    (find) => find('NetworkPolicy to-internet').egress[0].to[0].ipBlock.except.splice(1, 1),
    /to-internet: leads to the private network 10.0.0.0\/8/,
  ],
]

function without(title: string): Spoil {
  return (_, rendered) => {
    rendered.manifests = rendered.manifests.filter((each) => titleOf(each) !== title)
  }
}

test('each fault is found where it is put, and called by its name', () => {
  for (const [overlay, spoil, complaint] of defects) {
    const rendered = { ...take(overlay) } as { -readonly [K in keyof Rendered]: Rendered[K] }
    const find = (title: string) => {
      const found = rendered.manifests.find((each) => titleOf(each) === title)
      assert.ok(found, `${overlay} has no ${title}`)
      return found.spec
    }
    const spoilt = { manifests: [...rendered.manifests] }
    spoil(find, spoilt)
    assert.match(judge({ ...rendered, ...spoilt }).join('\n'), complaint)
  }
})
