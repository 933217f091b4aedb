import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { toFault } from '@streamgauge/adapters/http/problems.ts'
import { type Problem, problem } from '@streamgauge/core/errors.ts'
import { grants } from '@streamgauge/core/scopes.ts'
import { type Caller, Refusal } from './caller.ts'
import type { Doc } from './docs.ts'
import type { Tool } from './tool.ts'
import { faultsOf, tools } from './tools.ts'

const instructions = [
  'Streamgauge holds metrics: series of points, named by metric, agent and tags, of tenants that see nothing of each other.',
  'Times are RFC 3339 in UTC. Lists come in pages: pass `next` as `cursor`. Values have the unit named beside them.',
  'A refusal carries a stable code, what is wrong and a remedy. The documentation is in the resources.',
].join(' ')

/** What a message is answered with. */
interface Means {
  readonly caller: Caller
  readonly docs: readonly Doc[]
  readonly version: string
  /** The id of the request: what went wrong is noted under it, and named to the assistant. */
  readonly id: string
  readonly log: { error(about: object, message: string): void }
}

/** Answers one message of a caller: nothing is kept from one to the next, so that any gateway can take any of them. */
export async function answerMessage(request: Request, body: unknown, means: Means): Promise<Response> {
  const { caller, docs, version } = means
  const info = { name: 'streamgauge', title: 'Streamgauge', version }
  const server = new Server(info, { capabilities: { tools: {}, resources: {} }, instructions })
  const offered = tools.filter(({ scope }) => grants(caller.principal.scopes, scope))

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: offered.map(describe) }))
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    const tool = offered.find(({ name }) => name === params.name)
    if (!tool) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${params.name} for this token.`)
    return call(tool, params.arguments ?? {}, means)
  })
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: docs.map(({ name, title, uri }) => ({ name, title, uri, mimeType: 'text/markdown' })),
  }))
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }) => {
    const doc = docs.find((each) => each.uri === uri)
    if (!doc) throw new McpError(resourceNotFound, `There is no resource ${uri}.`)
    return { contents: [{ uri, mimeType: 'text/markdown', text: await doc.read() }] }
  })

  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  await server.connect(transport)
  try {
    return await transport.handleRequest(request, { parsedBody: body })
  } finally {
    await server.close()
  }
}

/** As the specification of resources has it. */
const resourceNotFound = -32_002

function describe({ name, title, description, input, output, changes }: Tool) {
  return {
    name,
    title,
    description,
    inputSchema: { ...input },
    outputSchema: { ...output },
    annotations: {
      readOnlyHint: changes === undefined,
      ...(changes && { destructiveHint: changes.overwrites, idempotentHint: changes.repeatable }),
      openWorldHint: false,
    },
  }
}

async function call(tool: Tool, args: unknown, { caller, id, log }: Means): Promise<CallToolResult> {
  const faults = faultsOf(tool, args)
  if (faults !== undefined) return refuse(problem('QUERY_INVALID', faults))
  try {
    const answer = { ...(await tool.run(args, caller)) }
    return { structuredContent: answer, content: [{ type: 'text', text: JSON.stringify(answer) }] }
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.problem)
    const { code, message } = toFault(error as Error)
    if (code !== 'INTERNAL') return refuse(problem(code, message))
    // What it says is for us: an assistant, and whoever reads along, is given the id to report.
    log.error({ err: error, instance: id, tool: tool.name }, (error as Error).message)
    return refuse(problem(code, undefined, { instance: id }))
  }
}

/** Refused, in words that an assistant can act on. */
function refuse({ code, detail, remedy, instance, errors }: Problem): CallToolResult {
  return {
    isError: true,
    content: [{ type: 'text', text: JSON.stringify({ code, detail, remedy, instance, errors }) }],
  }
}
