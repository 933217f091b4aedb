import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { type Manifest, titleOf } from './manifests.ts'

/** Kinds whose operators publish no schema in a registry of packages: looked at by the policy only. */
const withoutSchema = ['k8s.mariadb.com/v1alpha1 MariaDB']

interface Custom {
  readonly apiVersion: string
  readonly kind: string
  readonly schema: object
}

/**
 * Checks objects against the schemas of one version of Kubernetes, strictly: a field that is not known is a fault.
 * `folder` has the schemas of that version, and `schemas/` here those of operators. Returns a sentence a fault.
 */
export function schemaChecker(folder: string): (manifest: Manifest) => string[] {
  const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false, allErrors: true })
  ajv.addSchema(readJson(join(folder, '_definitions.json')) as object)
  const compiled = new Map<string, ValidateFunction | null>()
  const customs = readCustoms()

  function find({ apiVersion, kind }: Manifest): ValidateFunction | null {
    const id = `${apiVersion} ${kind}`
    if (withoutSchema.includes(id)) return null
    const custom = customs.find((each) => each.apiVersion === apiVersion && each.kind === kind)
    if (custom) return ajv.compile(strict(custom.schema) as object)
    // apps/v1 is apps-v1 in names of files, and networking.k8s.io/v1 networking-v1.
    const version = apiVersion.replace(/^([^./]*)[^/]*\//, '$1-')
    return ajv.compile(readJson(join(folder, `${kind.toLowerCase()}-${version}.json`)) as object)
  }

  return (manifest) => {
    const id = `${manifest.apiVersion} ${manifest.kind}`
    try {
      if (!compiled.has(id)) compiled.set(id, find(manifest))
    } catch (error) {
      return [`${titleOf(manifest)}: no schema of ${id}: ${(error as Error).message}`]
    }
    const validate = compiled.get(id)
    if (!validate || validate(manifest)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${titleOf(manifest)}: ${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
}

function readCustoms(): Custom[] {
  const folder = join(import.meta.dirname, 'schemas')
  return readdirSync(folder).map((file) => readJson(join(folder, file)) as Custom)
}

/** A schema of an operator, with every field that it does not name forbidden. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]))
  const open = inner.additionalProperties || inner['x-kubernetes-preserve-unknown-fields']
  return inner.type === 'object' && inner.properties && !open
    ? { ...inner, additionalProperties: false }
    : inner
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
