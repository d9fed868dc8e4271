import { computed, type ReadonlySignal } from '@preact/signals'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import type { ClientState } from '../../sdk/types.ts'
import { t } from '../i18n/t.ts'
import type { Announcer } from './Announcer.ts'
import type { Call } from './Call.ts'
import type { Preferences } from './Preferences.ts'

export const RECEPTION_MODES = ['all', 'audioOnly', 'nothing'] as const
export type ReceptionMode = (typeof RECEPTION_MODES)[number]
/** What a person can limit the received data to, kbit/s. */
export const DATA_LIMITS: readonly number[] = [300, 1000, 3000]

type Parts = {
  readonly client: ConferenceClient
  readonly call: Call
  readonly preferences: Preferences
  readonly announcer: Announcer
}

/** What a person wants to receive. The limit is remembered in this browser, the mode for this visit. */
export class ReceptionState {
  readonly current: ReadonlySignal<ClientState['reception']>
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
    this.current = computed(() => parts.call.state.value.reception)
    const remembered = Number(parts.preferences.maxKbps.peek())
    if (DATA_LIMITS.includes(remembered)) this.#choose('all', remembered)
  }

  setMode(mode: ReceptionMode): void {
    this.#choose(mode, this.current.peek().maxKbps)
    this.#parts.announcer.say(t(`reception.${mode}`))
  }

  /** @param maxKbps undefined: no limit */
  setLimit(maxKbps: number | undefined): void {
    this.#parts.preferences.set('maxKbps', maxKbps === undefined ? '' : String(maxKbps))
    this.#choose(this.current.peek().mode, maxKbps)
  }

  #choose(mode: ReceptionMode, maxKbps: number | undefined): void {
    const reception = { mode, ...(maxKbps !== undefined && { maxKbps }) }
    // Where the server does not answer, the connection is made anew, and this with it.
    this.#parts.client.setReception(reception).catch(() => undefined)
  }
}
