import { effect, type ReadonlySignal, untracked } from '@preact/signals'
import type { PeerId } from '../../../shared/ids.ts'
import type { ClientState } from '../../sdk/types.ts'
import { t } from '../i18n/t.ts'
import type { Toasts } from './Toasts.ts'

/** Shows for a moment who has just raised a hand, unless it goes down before; nothing of hands that one finds up. */
export function startHandToasts(state: ReadonlySignal<ClientState>, toasts: Toasts): void {
  let known: ReadonlySet<PeerId> | undefined
  effect(() => {
    const { connection, peers } = state.value
    const before = known
    const raised = peers.filter(({ handRaisedAt }) => handRaisedAt !== undefined)
    const now = new Set(raised.map(({ id }) => id))
    known = connection === 'connected' ? now : undefined
    if (!before || !known) return
    untracked(() => {
      for (const id of before) if (!now.has(id)) toasts.dismissKeys(keyOf(id))
      for (const { id, name } of raised)
        if (!before.has(id))
          toasts.show({ key: keyOf(id), text: t('announce.handUp', { name }), icon: 'hand', spoken: true })
    })
  })
}

const keyOf = (id: PeerId) => `hand:${id}`
