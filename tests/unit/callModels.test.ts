import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IDLE } from '../../client/sdk/clientState.ts'
import type { ClientState, PeerView } from '../../client/sdk/types.ts'
import { languageFor } from '../../client/ui/i18n/languages.ts'
import { raisedHands } from '../../client/ui/model/Hands.ts'
import { startHandToasts } from '../../client/ui/model/handToasts.ts'
import { matchesSearch } from '../../client/ui/model/nameSearch.ts'
import { Toasts } from '../../client/ui/model/Toasts.ts'
import { Volumes } from '../../client/ui/model/Volumes.ts'
import type { PeerId } from '../../shared/ids.ts'

const peer = (name: string, handRaisedAt?: number): PeerView => ({
  id: name as PeerId,
  name,
  joinedAt: 0,
  published: {},
  ...(handRaisedAt !== undefined && { handRaisedAt }),
})

describe('raised hands', () => {
  it('stand in the order in which they were raised, oneself among them', () => {
    const hands = raisedHands({ self: peer('Ana', 20), peers: [peer('Ben', 30), peer('Eva'), peer('Leo', 10)] })
    expect(hands.map(({ name }) => name)).toEqual(['Leo', 'Ana', 'Ben'])
  })

  it('are none before the join', () => expect(raisedHands({ self: undefined, peers: [] })).toEqual([]))
})

describe('the search for a name', () => {
  it.each([
    ['José', 'jose', true],
    ['José', 'JOSÉ ', true],
    ['Ana María', 'maria', true],
    ['Ana', '', true],
    ['Ana', 'ben', false],
  ])('%s is meant by "%s": %s', (name, typed, found) => expect(matchesSearch(name, typed)).toBe(found))
})

describe('toasts', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())
  const keys = ({ toasts }: Toasts) => toasts.value.map(({ key }) => key)

  it('go by themselves, but not while somebody is at them', () => {
    const toasts = new Toasts(() => {})
    toasts.show({ key: 'a', text: 'a' })
    const [toast] = toasts.toasts.value
    if (!toast) throw new Error('no toast')
    toasts.pause(toast.id)
    vi.advanceTimersByTime(60_000)
    expect(keys(toasts)).toEqual(['a'])
    toasts.resume(toast)
    vi.advanceTimersByTime(60_000)
    expect(keys(toasts)).toEqual([])
  })

  it('take the place of one of the same kind, and are three at most', () => {
    const said: string[] = []
    const toasts = new Toasts((text) => said.push(text))
    for (const key of ['a', 'b', 'a', 'c', 'd']) toasts.show({ key, text: key })
    expect(keys(toasts)).toEqual(['a', 'c', 'd'])
    toasts.dismissKeys('c')
    expect(keys(toasts)).toEqual(['a', 'd'])
    toasts.show({ key: 'e', text: 'e', spoken: true })
    expect(said).toEqual(['a', 'b', 'a', 'c', 'd'])
  })
})

describe('toasts of raised hands', () => {
  it('tell of each hand that goes up while one is there, until it goes down', () => {
    const toasts = new Toasts(() => {})
    const state = signal<ClientState>({ ...IDLE, connection: 'connected', peers: [peer('Ana', 1)] })
    const become = (peers: PeerView[], connection: ClientState['connection'] = 'connected') => {
      state.value = { ...state.value, connection, peers }
    }
    const shown = () => toasts.toasts.value.map(({ text }) => text)
    startHandToasts(state, toasts)
    expect(shown()).toEqual([])
    become([peer('Ana', 1), peer('Ben', 2)])
    expect(shown()).toEqual(['Ben raises a hand'])
    become([peer('Ana', 1), peer('Ben')])
    expect(shown()).toEqual([])
    become([], 'reconnecting')
    become([peer('Ana', 1), peer('Ben', 3)])
    expect(shown()).toEqual([])
    toasts.clear()
  })
})

describe('volumes', () => {
  it('are each person’s own, and full at first', () => {
    const volumes = new Volumes()
    volumes.levelOf('a' as PeerId).value = 0.5
    volumes.mutedOf('a' as PeerId).value = true
    expect(volumes.levelOf('a' as PeerId).value).toBe(0.5)
    expect([volumes.levelOf('b' as PeerId).value, volumes.mutedOf('b' as PeerId).value]).toEqual([1, false])
    volumes.clear()
    expect(volumes.mutedOf('a' as PeerId).value).toBe(false)
  })
})

describe('the language of the page', () => {
  it('is the first that it speaks, whatever the region', () => {
    expect(languageFor(['xx-YY', 'en-GB', 'de'])).toBe('en')
    expect(languageFor([])).toBe('en')
  })
})
