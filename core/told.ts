import { type AlertNews, goesOn, newsOf, type Transition } from './transition.ts'

/** Who was told what of a rule over a series. */
export interface Told {
  /** Something has begun, and is not over. */
  readonly open: boolean
  /** By channel the transition it was told of last; while something is open, all that were told since it began. */
  readonly last: Readonly<Record<number, number>>
}

/** What is to be told of a transition, to whom. */
export interface Telling {
  readonly kind: AlertNews
  /** Channels, each with the transition that it was told of before; null: of none. */
  readonly to: readonly { readonly channel: number; readonly after: number | null }[]
}

/**
 * What a transition means to the channels of its rule. That it is over is told to all who were told that it goes on,
 * whatever the rule says now.
 */
export function tell(
  told: Told | undefined,
  transition: Pick<Transition, 'id' | 'from' | 'to'>,
  channels: readonly number[],
): { telling: Telling | undefined; told: Told | undefined } {
  const { open, last } = told ?? { open: false, last: {} }
  const kind = newsOf(transition, open)
  const stays = goesOn(transition)
  if (!kind) return { telling: undefined, told: told && { open: stays, last } }
  const concerned = kind === 'resolved' ? Object.keys(last).map(Number) : [...new Set(channels)]
  return {
    telling: { kind, to: concerned.map((channel) => ({ channel, after: last[channel] ?? null })) },
    told: {
      open: stays,
      last: {
        ...(open && last),
        ...Object.fromEntries(concerned.map((channel) => [channel, transition.id])),
      },
    },
  }
}
