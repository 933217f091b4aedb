import { type Container, type External, type KeyRef, type Manifest, ofKind, workloads } from '../manifests.ts'

/** Everything that a pod, an Ingress or an operator's object refers to must be there, or be left to others by name. */
export function references(manifests: readonly Manifest[], external: External): string[] {
  const known = knownKeys(manifests, external)
  const missing = (kind: string, { name, key, optional }: Partial<KeyRef> & { name: string }) => {
    const keys = known.get(`${kind}/${name}`)
    if (keys === undefined) return optional ? [] : [`no ${kind} ${name}`]
    return key === undefined || keys.has(key) || optional ? [] : [`no key ${key} in ${kind} ${name}`]
  }
  const inPods = workloads(manifests).flatMap(({ title, manifest, pod, containers, initContainers }) => {
    const ofContainer = (container: Container) => [
      ...(container.env ?? []).flatMap(({ valueFrom }) => [
        ...(valueFrom?.secretKeyRef ? missing('Secret', valueFrom.secretKeyRef) : []),
        ...(valueFrom?.configMapKeyRef ? missing('ConfigMap', valueFrom.configMapKeyRef) : []),
      ]),
      ...(container.envFrom ?? []).flatMap(({ configMapRef, secretRef }) => [
        ...(configMapRef ? missing('ConfigMap', configMapRef) : []),
        ...(secretRef ? missing('Secret', secretRef) : []),
      ]),
      ...ports(container),
      ...mounts(container, pod, manifest),
    ]
    const volumes: Volume[] = pod.volumes ?? []
    return [
      ...[...initContainers, ...containers].flatMap(ofContainer),
      ...volumes.flatMap(({ secret, configMap, persistentVolumeClaim: claim }) => [
        ...(secret ? missing('Secret', { name: secret.secretName }) : []),
        ...(configMap ? missing('ConfigMap', configMap) : []),
        ...(claim ? missing('PersistentVolumeClaim', { name: claim.claimName }) : []),
      ]),
      ...(pod.serviceAccountName ? missing('ServiceAccount', { name: pod.serviceAccountName }) : []),
    ].map((complaint) => `${title}: ${complaint}`)
  })
  const certificates = ofKind(manifests, 'Ingress').flatMap(({ spec }) =>
    (spec.tls ?? []).flatMap(({ secretName }: { secretName: string }) =>
      missing('Secret', { name: secretName }),
    ),
  )
  const byOperators = ofKind(manifests, 'MariaDB').flatMap(({ spec }) =>
    [spec.rootPasswordSecretKeyRef, spec.passwordSecretKeyRef].flatMap((ref) => missing('Secret', ref)),
  )
  return [...inPods, ...certificates, ...byOperators]
}

interface Volume {
  name: string
  secret?: { secretName: string }
  configMap?: { name: string }
  persistentVolumeClaim?: { claimName: string }
}

/** By kind and name; what is left to others may say with a question mark that a key need not be there. */
function knownKeys(manifests: readonly Manifest[], external: External): Map<string, Set<string>> {
  const kinds = ['Secret', 'ConfigMap', 'ServiceAccount', 'PersistentVolumeClaim']
  const made = ofKind(manifests, ...kinds).map(
    ({ kind, metadata, data = {} }) => [`${kind}/${metadata.name}`, new Set(Object.keys(data))] as const,
  )
  const left = Object.entries(external.secrets).map(
    ([name, keys]) => [`Secret/${name}`, new Set(keys.filter((key) => !key.endsWith('?')))] as const,
  )
  return new Map([...made, ...left])
}

function ports(container: Container): string[] {
  const names = (container.ports ?? []).map(({ name }) => name)
  return [container.startupProbe, container.livenessProbe, container.readinessProbe]
    .map((probe) => probe?.httpGet?.port)
    .filter((port) => typeof port === 'string' && !names.includes(port))
    .map((port) => `no port ${port} for a probe`)
}

function mounts(container: Container, pod: { volumes?: Volume[] }, manifest: Manifest): string[] {
  const claimed: { metadata: { name: string } }[] = manifest.spec.volumeClaimTemplates ?? []
  const names = [...(pod.volumes ?? []), ...claimed.map(({ metadata }) => metadata)].map(({ name }) => name)
  return (container.volumeMounts ?? [])
    .filter(({ name }) => !names.includes(name))
    .map(({ name }) => `no volume ${name} to mount`)
}
