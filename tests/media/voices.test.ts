import { expect, test } from 'vitest'
import { BarePeer } from '../support/headless/BarePeer.ts'
import type { HeadlessPeer } from '../support/headless/index.ts'
import { audioTrack } from '../support/headless/TraceTrack.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'
import { openVoicesRoom } from '../support/voicesRoom.ts'

const PEOPLE = 100
const TALKING = 3
/** Three who speak at once and six who spoke last. */
const MOST_VOICES = 9

const voicesOf = (peer: HeadlessPeer) => peer.received.map(({ peer: { name } }) => name).sort()
const talk = (peer: HeadlessPeer) => peer.client.replaceTrack('mic', audioTrack('talking'))
const fallSilent = (peer: HeadlessPeer) => peer.client.replaceTrack('mic', audioTrack('silent'))

/** Packets of sound that a peer has sent. */
const soundSent = async (peer: HeadlessPeer) => {
  const { sent } = await peer.client.getStats()
  return sent[0]?.streams[0]?.packets ?? 0
}

/** How long until so many packets of a voice have come, milliseconds; printed, never judged. */
async function heardAfter(what: string, listener: HeadlessPeer, name: string): Promise<void> {
  const startedAt = performance.now()
  await listener.hear(name, 'mic', { packets: 5, deadlineMs: 10_000 })
  console.log(`${what}: heard after ${Math.round(performance.now() - startedAt)} ms`)
}

test('of 100 open microphones those who speak and those who spoke last are forwarded', async () => {
  const { url } = await startNode()
  const { roomId, people } = await openVoicesRoom(url, PEOPLE, TALKING)
  const names = people.map(({ name }) => name)
  const others = (name: string, heard: string[]) => heard.filter((other) => other !== name)
  const [first, , , second, third] = people as [HeadlessPeer, HeadlessPeer, HeadlessPeer, HeadlessPeer, HeadlessPeer]
  const listener = people.at(-1) as HeadlessPeer

  const talking = names.slice(0, TALKING)
  await until(() => people.every((peer) => `${voicesOf(peer)}` === `${others(peer.name, talking)}`), {
    what: () => `everyone to hear the three who talk, not ${people.map((peer) => voicesOf(peer).length)}`,
    deadlineMs: 20_000,
  })

  // Silence under DTX is not forwarded at all, and hardly sent.
  const before = await Promise.all([soundSent(first), soundSent(listener)])
  await listener.hear(first.name, 'mic', { packets: 200 })
  const after = await Promise.all([soundSent(first), soundSent(listener)])
  const [spoken = 0, silent = 0] = after.map((packets, at) => packets - (before[at] ?? 0))
  console.log(`packets sent while ${spoken} were by who talks: ${silent} by who is silent`)
  expect(silent).toBeLessThan(spoken / 5)

  // Who spoke last stays warm: nothing of the next word is lost.
  await fallSilent(first)
  await until(() => !listener.state.speakers.includes(first.state.self?.id ?? ('' as never)), { what: 'silence' })
  const warm = listener.track(first.name, 'mic')
  await talk(first)
  await heardAfter('warm', listener, first.name)
  expect(listener.track(first.name, 'mic')).toBe(warm)
  expect(warm?.receivedFraction).toBe(1)

  await talk(second)
  await heardAfter('cold, by the observer', listener, second.name)
  await talk(third)
  await heardAfter('cold, by the observer', listener, third.name)
  const hinting = await BarePeer.join(url, { room: roomId, name: 'Hinting' })
  await until(() => listener.client.peers.some(({ name }) => name === 'Hinting'))
  await Promise.all([hinting.talk(), hinting.signaling.request('hintVoice', {})])
  await heardAfter('cold, with a hint', listener, 'Hinting')

  // All at once: the most are forwarded, and no more.
  await Promise.all(people.slice(0, 2 * MOST_VOICES).map(talk))
  await until(() => voicesOf(listener).length === MOST_VOICES, { what: () => `nine voices: ${voicesOf(listener)}` })
  expect(Math.max(...people.map((peer) => voicesOf(peer).length))).toBeLessThanOrEqual(MOST_VOICES)
})
