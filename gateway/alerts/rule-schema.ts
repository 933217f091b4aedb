import { alertOperators, noDataChoices, severities } from '@streamgauge/core/alert-rule.ts'
import { limits } from '@streamgauge/core/limits.ts'
import { agentPattern } from '@streamgauge/core/names.ts'
import { tagsSchema } from '../responses.ts'

const seconds = (description: string) => ({
  type: 'number',
  minimum: 0,
  maximum: limits.alertDurationMs / 1000,
  default: 0,
  description,
})
const settable = {
  name: {
    type: 'string',
    minLength: 1,
    maxLength: limits.alertNameLength,
    description: 'The condition in words when left out.',
  },
  metric_name: { type: 'string', minLength: 1, maxLength: limits.metricNameLength },
  operator: { type: 'string', enum: alertOperators },
  threshold: { type: 'number' },
  duration: seconds('Seconds that values must breach before it fires; 0: at once.'),
  agent_id: {
    type: ['string', 'null'],
    pattern: agentPattern,
    description: 'Only series of this agent; null: of any, or none.',
  },
  tags: { ...tagsSchema, description: 'Only series with all of these tags; they may have more.' },
  keep_firing_for: seconds('Seconds that it goes on firing after the first value that doesn’t breach.'),
  clear_threshold: {
    type: ['number', 'null'],
    description: 'What values must come back to before it ends; null: the threshold.',
  },
  no_data: {
    type: 'string',
    enum: noDataChoices,
    default: 'keep',
    description: 'What silence of a series means: nothing, an alert of its own, or that all is well.',
  },
  severity: { type: 'string', enum: severities, default: 'warning' },
  channels: {
    type: 'array',
    maxItems: limits.channelsPerRule,
    uniqueItems: true,
    items: { type: 'integer', minimum: 1 },
    default: [],
    description: 'Ids of the channels that are told.',
  },
  enabled: { type: 'boolean', default: true },
}
const answered = {
  id: { type: 'integer' },
  version: { type: 'integer', description: 'Counts the edits from 1.' },
  created_at: { type: 'integer', description: 'Epoch ms.' },
  updated_at: { type: 'integer', description: 'Epoch ms; the rule is about points accepted from then on.' },
}

/** What is sent: `core/alert-rule.ts` checks it, and takes the fields of an answer too. */
export const ruleBody = {
  type: 'object',
  required: ['metric_name', 'operator', 'threshold'],
  additionalProperties: false,
  properties: {
    ...settable,
    ...answered,
    version: { type: 'integer', description: 'When sent: only where the rule is still of this version.' },
  },
}

export const ruleAnswer = { type: 'object', properties: { ...answered, ...settable } }
