/** A state of a call in few words, as tests make it up. */
import type { ClientState } from '../../../client/sdk/types.ts'

export type Person = {
  readonly name: string
  /** All but the screen are on unless said otherwise. */
  readonly cam?: boolean
  readonly mic?: boolean
  readonly screen?: boolean
  /** When the hand was raised; the lowest number is first. */
  readonly hand?: number
}

export type Snapshot = {
  /** The others. Oneself is Ana, with a camera; `self` changes that. */
  readonly people: readonly Person[]
  readonly self?: Partial<Person>
  /** Who speaks, by their place in `people` from 0; -1 is oneself. */
  readonly speakers?: readonly number[]
  /** Anything else of the state, such as `connection` or `chat`. */
  readonly state?: Partial<ClientState>
}
