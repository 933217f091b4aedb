import type { Caller } from './caller.ts'

/** A JSON schema of an object: of what a tool takes, or of what it answers. */
export interface ObjectSchema {
  readonly type: 'object'
  readonly required?: string[]
  readonly additionalProperties?: false
  readonly properties: Record<string, object>
}

/** One thing that an assistant can do. */
export interface Tool<Args = unknown> {
  readonly name: string
  readonly title: string
  /** What it is for and what the answer means: all that an assistant knows of it. */
  readonly description: string
  /** Who has less doesn't see it. */
  readonly scope: 'read' | 'manage'
  /** How it changes things; left out: it doesn't. `repeatable`: doing it again changes nothing more. */
  readonly changes?: { readonly repeatable: boolean; readonly overwrites: boolean }
  readonly input: ObjectSchema
  readonly output: ObjectSchema
  /** Gets arguments that have passed the schema. Throws a `Refusal` or a `Fault`. */
  run(args: Args, caller: Caller): Promise<object>
}

/** A tool whose arguments have this type: the schema is what makes it true. */
export function defineTool<Args>(tool: Tool<Args>): Tool {
  return tool as Tool
}
