import type { DemoTokens } from './demo.ts'
import { readIfThere, replaceFile } from './files.ts'
import type { Home } from './home.ts'
import type { Running } from './run-services.ts'

/** A process of this installation; without a pid while it is down, or when it runs elsewhere. */
export interface Place {
  readonly pid?: number
}

export interface RolePlace extends Place {
  /** All processes of the role where there are several; `pid` is that of the first. */
  readonly all?: readonly { readonly pid?: number; readonly url: string }[]
}

export interface ServicePlace extends Place {
  readonly url: string
  /** Further variables that name it, where one is not enough. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What tests and tools need to find everything: `local.json` in the data folder. */
export interface LocalJson {
  /** Where the dashboard and the API are. */
  readonly url: string
  /** Where points are posted to: the API of the connectors, which locally share the gateway's address. */
  readonly ingest_url: string
  /** A link that signs in once. */
  readonly sign_in: string
  readonly operator_token: string
  readonly tenants: { readonly demo: DemoTokens }
  /** URLs carry credentials and database. */
  readonly services: Readonly<Record<string, ServicePlace>>
  /** Roles that share a process show the same pid. */
  readonly roles: Readonly<Record<string, RolePlace>>
}

/** A service as the file tells of it now. */
export function describeService({ service, url, environment, child }: Running): ServicePlace {
  const { [service.variable]: _, ...companions } = environment
  return {
    url,
    pid: child?.pid(),
    ...(service.companions === undefined ? {} : { environment: companions }),
  }
}

export function localJsonPath(home: Home): string {
  return home.path('local.json')
}

/** What an earlier start wrote; undefined when there is none, or it is damaged: all of it can be made again. */
export function readLocalJson(home: Home): Partial<LocalJson> | undefined {
  try {
    return JSON.parse(readIfThere(localJsonPath(home)) ?? '')
  } catch {
    return undefined
  }
}

/** Writes it in one step, for its owner only. */
export function writeLocalJson(home: Home, local: LocalJson): void {
  replaceFile(localJsonPath(home), `${JSON.stringify(local, null, 2)}\n`)
}
