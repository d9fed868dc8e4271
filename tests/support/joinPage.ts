/** Runs in a browser: joins by the SDK alone and says what that took. Loaded by tests/e2e/joining.test.ts. */
import './joinPageWatch.ts'
import { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import { connections, type Said, traffic } from './joinPageWatch.ts'

export type Joining = {
  /** From the click to the first picture of each person who sends one, milliseconds. */
  firstFrameMs: number
  /** Requests that left between the click and the first picture. */
  requests: string[]
  /** How often something was sent that had to wait for an answer, from the first word to the join's answer. */
  roundTrips: number
  /** Video packets that had come before the click. */
  packetsBefore: number
  /** Requests for a key frame by this page's decoders until the first picture. */
  keyFrameRequests: number
}

type Options = { room: string; name: string; prepare: boolean; publish: boolean }

let own: Promise<MediaStream> | undefined
const tracks = new Map<ConferenceClient, readonly MediaStreamTrack[]>()
const clients = new Map<string, ConferenceClient>()

async function createClient(name: string, publish: boolean): Promise<ConferenceClient> {
  const client = new ConferenceClient()
  clients.set(name, client)
  if (!publish) return client
  own ??= navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } })
  const stream = await own
  const [mic, cam] = [stream.getAudioTracks()[0], stream.getVideoTracks()[0]]
  if (!mic || !cam) throw new Error('no devices')
  const copies = [mic.clone(), cam.clone()] as const
  tracks.set(client, copies)
  await client.publish('mic', copies[0])
  await client.publish('cam', copies[1])
  return client
}

export const joinPage = {
  /**
   * Sends until the page is closed, and looks at nobody: who looks asks for key frames now and then, and a browser that
   * has just sent one does not answer the next for 300 ms, which would be measured with the join.
   */
  async stay(room: string, name: string): Promise<void> {
    const client = await createClient(name, true)
    client.setViewport([])
    await client.join({ roomId: room, name })
  },

  async prepare(room: string, name: string): Promise<void> {
    const client = await createClient(name, false)
    await client.prepare({ roomId: room, name })
  },

  async leave(name: string): Promise<void> {
    await clients.get(name)?.leave()
  },

  namesSeenBy: (name: string): string[] => clients.get(name)?.peers.map((peer) => peer.name) ?? [],

  /** Joins, waits for the first picture, leaves. */
  async join({ room, name, prepare, publish }: Options): Promise<Joining> {
    const client = await createClient(name, publish)
    const known = connections.length
    if (prepare) {
      await client.prepare({ roomId: room, name })
      await allConnected(connections.slice(known))
    }
    const packetsBefore = await videoTotal(connections.slice(known), 'packetsReceived')
    const first = traffic.length
    const clickedAt = performance.now()
    const seen = firstFrames(client)
    const joining = client.join({ roomId: room, name })
    joining.catch(seen.fail)
    const seenAt = await seen.done
    const keyFrameRequests = await videoTotal(connections.slice(known), 'pliCount')
    await joining
    const said = traffic.slice(first)
    await client.leave()
    for (const track of tracks.get(client) ?? []) track.stop()
    return {
      firstFrameMs: seenAt - clickedAt,
      requests: said
        .filter(({ at, direction }) => direction === 'out' && at < seenAt)
        .flatMap(({ text }) => requestIn(text)),
      roundTrips: countRoundTrips(said),
      packetsBefore,
      keyFrameRequests,
    }
  },
}

/** Those that have something to receive; mediasoup-client also opens one for a moment, to see what the browser can. */
async function allConnected(all: readonly RTCPeerConnection[]): Promise<void> {
  const receiving = all
    .filter(({ signalingState }) => signalingState !== 'closed')
    .filter((pc) => pc.getReceivers().length > 0)
  await Promise.all(receiving.map(isConnected))
}

function isConnected(connection: RTCPeerConnection): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => {
    if (connection.connectionState === 'connected') resolve()
  }
  connection.addEventListener('connectionstatechange', look)
  look()
  return promise
}

/** Without what the server sends to measure the network. */
async function videoTotal(all: readonly RTCPeerConnection[], name: string): Promise<number> {
  const reports = await Promise.all(all.map((connection) => connection.getStats()))
  const streams = reports.flatMap((report) => [...report.values()])
  return streams
    .filter(({ type, kind, mid }) => type === 'inbound-rtp' && kind === 'video' && mid !== 'probator')
    .reduce((sum, stream) => sum + Number(stream[name] ?? 0), 0)
}

/** Plays every camera as it comes; `done` when each has shown its first picture. */
function firstFrames(client: ConferenceClient): { done: Promise<number>; fail: (error: unknown) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const waiting = new Set<MediaStreamTrack>()
  const known = new Set<MediaStreamTrack>()
  const stop = client.subscribe(({ peers }) => {
    for (const { published } of peers) {
      const track = published.cam?.track
      if (track && !known.has(track)) play(track)
    }
  })
  const play = (track: MediaStreamTrack) => {
    known.add(track)
    waiting.add(track)
    const video = document.createElement('video')
    video.muted = true
    video.autoplay = true
    video.srcObject = new MediaStream([track])
    document.body.append(video)
    video.requestVideoFrameCallback((now) => {
      video.remove()
      waiting.delete(track)
      if (waiting.size > 0) return
      stop()
      resolve(now)
    })
  }
  return { done: promise, fail: reject }
}

/** socket.io's event packet with an acknowledgement: `42<id>["name", …]`. */
function requestIn(text: string): string[] {
  const [, json] = /^42\d+(\[.*)$/s.exec(text) ?? []
  return json === undefined ? (text === 'http' ? ['http'] : []) : [String(JSON.parse(json)[0])]
}

/** What is sent after something was heard may have waited for it. */
function countRoundTrips(said: readonly Said[]): number {
  let count = 0
  let heard = true
  for (const { direction, text } of said) {
    if (direction === 'out' && heard) count++
    heard = direction === 'in'
    // The acknowledgement of the join.
    if (direction === 'in' && /^43\d+\[\{"ok":true,"data":\{"peerId"/.test(text)) break
  }
  return count
}

declare global {
  interface Window {
    joinPage: typeof joinPage
  }
}
window.joinPage = joinPage
