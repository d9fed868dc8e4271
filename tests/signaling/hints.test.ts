import { expect, it } from 'vitest'
import { FakeMedia } from '../support/FakeMedia.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'

it('who is muted takes nobody’s place among the voices by saying that they speak', async () => {
  const settings = { AUDIO_ALL_LIMIT: '2', AUDIO_FORWARDED: '1' }
  const { url } = await startNode({ media: new FakeMedia(), settings })
  const join = (name: string) => SignalingPeer.join(url, { room: 'r', name })
  const [ana, ben, eva, eve] = [await join('Ana'), await join('Ben'), await join('Eva'), await join('Eve')]
  const anaMic = await ana.publish('mic')
  for (const peer of [ben, eva]) await peer.publish('mic')
  await eve.publish('mic', { paused: true })
  await ana.request('hintVoice', {})
  await ben.next('consumersAdded', ({ consumers }) => consumers.some(({ producerId }) => producerId === anaMic))
  await eve.request('hintVoice', {})
  // The next to speak in earnest is the first whom anybody hears after Ana.
  await ben.request('hintVoice', {})
  await ana.next('consumersAdded', ({ consumers }) => consumers.some(({ peerId }) => peerId === ben.id))
  const heard = ana.all('consumersAdded').flatMap(({ consumers }) => consumers.map(({ peerId }) => peerId))
  expect(heard).not.toContain(eve.id)
})
