/** Whether to prepare a join ahead of the click, and for whom: pure. */
import type { JoinOptions } from './types.ts'

/** What was prepared holds transports at the server; longer than this most people have gone elsewhere. */
export const HOLD_MS = 120_000
/** Each letter of a name that is typed would be another placement. */
export const TYPING_MS = 400

export type Situation = {
  /** What the next join will be, as far as it is known. */
  readonly wanted: JoinOptions | undefined
  /** What is prepared, or on its way. */
  readonly held: JoinOptions | undefined
  /** Nobody looks at the page. */
  readonly hidden: boolean
  readonly givenUp: GivenUp | undefined
}

/** `over`: it was there, and time or the server ended it. `failed`: it never came to be. */
export type GivenUp = 'over' | 'failed'

export type Step =
  | { readonly action: 'keep' }
  | { readonly action: 'close' }
  | { readonly action: 'open'; readonly options: JoinOptions; readonly delayMs: number }

export function nextStep({ wanted, held, hidden, givenUp }: Situation): Step {
  if (wanted === undefined || hidden) return { action: 'close' }
  if (held && sameJoin(held, wanted)) return { action: 'keep' }
  if (givenUp !== undefined) return { action: 'close' }
  return { action: 'open', options: wanted, delayMs: held?.roomId === wanted.roomId ? TYPING_MS : 0 }
}

/**
 * What the browser tells of the person changes a decision to give up:
 * - `returned`: the page is in sight again, or the network is back;
 * - `stirred`: they move or type. After a failure that alone is no reason to ask the server once more.
 */
export function afterSign(givenUp: GivenUp | undefined, sign: 'returned' | 'stirred'): GivenUp | undefined {
  return sign === 'stirred' && givenUp === 'failed' ? givenUp : undefined
}

/** The token of a placement carries the room, the name and what the credentials gave. */
export const sameJoin = (a: JoinOptions, b: JoinOptions): boolean => OPTION_NAMES.every((name) => a[name] === b[name])

const OPTION_NAMES = [
  'roomId',
  'name',
  'password',
  'hostSecret',
  'invite',
  'token',
  'region',
] as const satisfies (keyof JoinOptions)[]
