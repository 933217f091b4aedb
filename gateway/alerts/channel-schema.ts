import { channelTypes } from '@streamgauge/core/alert-channel.ts'
import { limits } from '@streamgauge/core/limits.ts'

const settable = {
  type: { type: 'string', enum: channelTypes },
  name: {
    type: 'string',
    minLength: 1,
    maxLength: limits.alertNameLength,
    description: 'The host, or the first address, when left out.',
  },
  url: {
    type: 'string',
    maxLength: limits.webhookUrlLength,
    description: 'Of a webhook: http or https, not at a private address unless the operator allows it.',
  },
  to: {
    type: 'array',
    minItems: 1,
    maxItems: limits.recipientsPerChannel,
    items: { type: 'string', maxLength: limits.recipientLength },
    description: 'Of an e-mail channel.',
  },
}
const answered = {
  id: { type: 'integer' },
  created_at: { type: 'integer', description: 'Epoch ms.' },
  disabled_reason: {
    type: ['string', 'null'],
    description: 'Why nothing is sent any more; null while it is. Saving the channel again enables it.',
  },
  disabled_at: { type: ['integer', 'null'], description: 'Epoch ms.' },
}

/** What is sent: `core/alert-channel.ts` checks it, and takes the fields of an answer too. */
export const channelBody = {
  type: 'object',
  required: ['type'],
  additionalProperties: false,
  properties: { ...settable, ...answered },
}

export const channelAnswer = { type: 'object', properties: { ...answered, ...settable } }

const secret = {
  type: 'string',
  description: 'Of a webhook: what verifies its messages (Standard Webhooks). Shown this once.',
}
export const createdChannel = { type: 'object', properties: { ...channelAnswer.properties, secret } }
export const rotatedSecret = {
  type: 'object',
  properties: {
    secret,
    old_secret_until: { type: 'integer', description: 'Until then the one before signs as well; epoch ms.' },
  },
}
