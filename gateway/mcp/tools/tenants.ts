import { gives, isoTime, list, page, takes, time } from '../schema.ts'
import { defineTool } from '../tool.ts'

interface Answer {
  readonly items: readonly { readonly name: string; readonly created_at: number }[]
  readonly next: string | null
}

export const listTenants = defineTool<{ limit: number; cursor?: string }>({
  name: 'list_tenants',
  title: 'List tenants',
  description:
    'The tenants that this token may read, by name: one for most tokens. Other tools take the name as `tenant`.',
  scope: 'read',
  input: takes(page),
  output: list('Tenants.', gives({ name: { type: 'string' }, created_at: time('When it was made.') })),
  async run(query, { ask }) {
    const { items, next } = await ask<Answer>('GET', '/api/v1/tenants', { query: { ...query } })
    return { items: items.map(({ name, created_at }) => ({ name, created_at: isoTime(created_at) })), next }
  },
})
