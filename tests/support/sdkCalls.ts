import { FakeHandler, testFakeParameters, type types } from 'mediasoup-client'
import { onTestFinished, vi } from 'vitest'
import { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import { routerRtpCapabilities } from '../../server/media/codecs.ts'
import type { Source } from '../../shared/media.ts'
import { FakeMedia } from './FakeMedia.ts'
import { dtlsParameters } from './rtp.ts'
import { startNode } from './startNode.ts'
import { until } from './until.ts'

/** A browser that can do all that the server can, without any media. */
export const handlerFactory = FakeHandler.createFactory({
  ...testFakeParameters,
  generateNativeRtpCapabilities: () => routerRtpCapabilities() as types.RtpCapabilities,
})

export const fakeTrack = (kind: 'audio' | 'video') =>
  Object.assign(new EventTarget(), {
    kind,
    id: crypto.randomUUID(),
    enabled: true,
    readyState: 'live',
    contentHint: '',
    stop() {
      this.readyState = 'ended'
    },
  }) as unknown as MediaStreamTrack

/** For one test: what else a browser has, a certificate of its own. */
export function stubCertificates(): void {
  // As cloneable as the real one: mediasoup-client copies it.
  class Certificate {
    getFingerprints() {
      return dtlsParameters().fingerprints
    }
  }
  const generateCertificate = async () => new Certificate()
  vi.stubGlobal('RTCPeerConnection', { generateCertificate })
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
}

/** The SDK against the real signalling, both on fake media. */
export async function startCalls(settings: Record<string, string> = {}) {
  const media = new FakeMedia()
  const { url } = await startNode({ media, settings })
  const open = () => {
    const client = new ConferenceClient({ url, handlerFactory })
    onTestFinished(() => client.leave())
    return client
  }
  const join = async (name: string, ...published: [Source, MediaStreamTrack, { paused?: boolean }?][]) => {
    const client = open()
    for (const [source, track, options] of published) await client.publish(source, track, options)
    await client.join({ roomId: 'room', name })
    return client
  }
  return { media, url, open, join }
}

export const theRoom = (media: FakeMedia) => {
  const [room] = media.rooms
  if (!room) throw new Error('there is no room')
  return room
}

/** Ends the room's media, so that everyone has to join again; resolves when all of these have. */
export async function loseRoom(media: FakeMedia, clients: readonly ConferenceClient[]): Promise<void> {
  const lost = new Set<ConferenceClient>()
  const stops = clients.map((client) =>
    client.subscribe(({ connection }) => {
      if (connection === 'reconnecting') lost.add(client)
    }),
  )
  theRoom(media).close()
  await until(() => clients.every((client) => lost.has(client) && client.state.connection === 'connected'))
  for (const stop of stops) stop()
}

/** How one sees another: `mic cam(paused) screen(no track)`. */
export const seen = (client: ConferenceClient, name: string) =>
  Object.values(client.peers.find((peer) => peer.name === name)?.published ?? {})
    .map(({ source, paused, track }) => `${source}${paused ? '(paused)' : ''}${track ? '' : '(no track)'}`)
    .sort()
    .join(' ')

export const untilSeen = (client: ConferenceClient, name: string, what: string) =>
  until(() => seen(client, name) === what, { what: () => `${name} as "${what}", not "${seen(client, name)}"` })
