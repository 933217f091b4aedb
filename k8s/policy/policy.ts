import type { External, Manifest } from '../manifests.ts'
import { network } from './network.ts'
import { confinement, grace, images, probes, resources } from './pods.ts'
import { references } from './references.ts'
import { backlog, budgets, replicas } from './scale.ts'
import { selectors } from './selectors.ts'

export interface Circumstances {
  /** What the overlay refers to and does not make. */
  readonly external: External
  /** How long a role takes to drain, ms. */
  readonly shutdownMs: number
}

/** Everything that is wrong with the objects of an installation, a sentence each; schemas are checked before. */
export function complaints(manifests: readonly Manifest[], circumstances: Circumstances): string[] {
  return [
    ...resources(manifests),
    ...images(manifests),
    ...probes(manifests),
    ...confinement(manifests),
    ...grace(manifests, circumstances.shutdownMs),
    ...references(manifests, circumstances.external),
    ...selectors(manifests),
    ...replicas(manifests),
    ...backlog(manifests),
    ...budgets(manifests),
    ...network(manifests),
  ]
}
