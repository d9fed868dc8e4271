/** What the page does about what others decide, without a page. */
import { signal } from '@preact/signals'
import { expect, it, onTestFinished, vi } from 'vitest'
import { IDLE } from '../../client/sdk/clientState.ts'
import type { ClientState } from '../../client/sdk/types.ts'
import { followAccess } from '../../client/ui/model/followAccess.ts'
import type { Waiting } from '../../shared/access.ts'

/** Hertz of each note that is played, for one test. */
function listen(): number[] {
  const notes: number[] = []
  const node = () => ({ connect: () => {}, start: () => {}, stop: () => {} })
  class AudioContext {
    state = 'running'
    currentTime = 0
    destination = {}
    createGain() {
      return { ...node(), gain: { value: 0, setValueAtTime: () => {}, linearRampToValueAtTime: () => {} } }
    }
    createOscillator() {
      return {
        ...node(),
        frequency: {
          set value(hertz: number) {
            notes.push(hertz)
          },
        },
      }
    }
    async close() {}
  }
  vi.stubGlobal('AudioContext', AudioContext)
  onTestFinished(() => void vi.unstubAllGlobals())
  return notes
}

it('somebody who knocks is heard and told of once, and not heard where sounds are off', () => {
  const notes = listen()
  const state = signal<ClientState>(IDLE)
  const chimes = signal(true)
  const said: string[] = []
  const parts = {
    call: { state },
    media: { hold: () => {} },
    screen: { track: signal(undefined), stop: () => {} },
    announcer: { say: (...texts: string[]) => void said.push(...texts) },
    preferences: { chimes, speakerId: signal('') },
    toasts: { show: () => {} },
  }
  followAccess(parts as unknown as Parameters<typeof followAccess>[0])
  const waiting = (...names: string[]) => {
    const lobby = names.map((name) => ({ peerId: name, name, since: 0 })) as unknown as Waiting[]
    state.value = { ...state.value, access: { ...state.value.access, lobby } }
  }
  waiting('Ben')
  expect([notes, said]).toEqual([[392, 392], ['Ben wants to join']])
  waiting('Ben')
  waiting()
  expect(notes).toHaveLength(2)
  chimes.value = false
  waiting('Eva')
  expect([notes.length, said.at(-1)]).toEqual([2, 'Eva wants to join'])
})
