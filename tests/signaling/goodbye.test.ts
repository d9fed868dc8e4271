import { expect, it } from 'vitest'
import { FakeMedia } from '../support/FakeMedia.ts'
import { place, SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

/** The good-bye of a page whose websocket is gone before it: over HTTP, by the ticket. */
const room = 'room'

async function startTwo() {
  const { url } = await startNode({ media: new FakeMedia() })
  const ben = await SignalingPeer.join(url, { room, name: 'Ben' })
  const ana = await SignalingPeer.join(url, { room, name: 'Ana' })
  return { url, ana, ben }
}

/** As `navigator.sendBeacon` sends a text. */
const sayGoodbye = async (url: string, ticket: string, type = 'text/plain;charset=UTF-8') =>
  (await fetch(`${url}/api/v1/leave`, { method: 'POST', headers: { 'content-type': type }, body: ticket })).status

it.each(['open', 'lost'])('ends the visit at once while its socket is %s', async (socket) => {
  const { url, ana, ben } = await startTwo()
  if (socket === 'lost') ana.drop()
  expect(await sayGoodbye(url, ana.ticket)).toBe(204)
  expect(await ben.next('peerLeft')).toEqual({ peerId: ana.id, reason: 'left' })
  await until(() => !ana.socket.connected)
})

it('leaves whoever has come back meanwhile where they are', async () => {
  const { url, ana, ben } = await startTwo()
  const { id, ticket } = ana
  await ana.request('leave', {})
  const again = await SignalingPeer.join(url, { room, token: ticket })
  expect(again.id).toBe(id)
  expect(await sayGoodbye(url, ticket)).toBe(204)
  expect(again.socket.connected).toBe(true)
  expect(ben.all('peerLeft')).toHaveLength(1)
  expect(await sayGoodbye(url, again.ticket)).toBe(204)
  await until(() => ben.all('peerLeft').length === 2)
})

it('is heard from nobody without a ticket', async () => {
  const { url, ana, ben } = await startTwo()
  expect(await sayGoodbye(url, 'nonsense')).toBe(401)
  expect(await sayGoodbye(url, '')).toBe(400)
  expect(await sayGoodbye(url, 'x'.repeat(5000))).toBe(400)
  expect(await sayGoodbye(url, ana.ticket, 'application/xml')).toBe(415)
  const other = await place(url, 'other', 'Eve')
  expect(await sayGoodbye(url, other.token)).toBe(204)
  expect(ben.all('peerLeft')).toHaveLength(0)
})
