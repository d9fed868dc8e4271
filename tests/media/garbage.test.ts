import { randomBytes, randomUUID } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { observer, type types } from 'mediasoup'
import { expect, onTestFinished, test } from 'vitest'
import { HeadlessPeer } from '../support/headless/index.ts'
import { SignalingPeer } from '../support/SignalingPeer.ts'
import { startNode } from '../support/startNode.ts'

const PACKETS = 20_000

/** What a stranger may send to the media port: noise, and the beginnings of STUN, DTLS, RTP and RTCP. */
function garbage(at: number, ufrag: string): Buffer {
  const noise = randomBytes(1 + (at % 1400))
  const kind = at % 6
  // A binding request (RFC 8489) for a user that there is not.
  if (kind === 1) return bindingRequest('abcd:efg')
  // The head of a DTLS 1.2 ClientHello (RFC 6347).
  if (kind === 2) return Buffer.concat([Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 1]), noise])
  if (kind === 3) return Buffer.concat([Buffer.from([0x80, 96]), noise])
  if (kind === 4) return Buffer.concat([Buffer.from([0x80, 200 + (at % 8)]), noise])
  // For one that there is, without its password.
  if (kind === 5) return bindingRequest(`${ufrag}:abcd`)
  return noise
}

function bindingRequest(username: string): Buffer {
  const padded = Buffer.alloc(Math.ceil(username.length / 4) * 4)
  padded.write(username)
  const attribute = Buffer.concat([Buffer.from([0x00, 0x06, 0x00, username.length]), padded])
  const head = Buffer.from([0x00, 0x01, 0x00, attribute.length, 0x21, 0x12, 0xa4, 0x42])
  return Buffer.concat([head, randomBytes(12), attribute])
}

test('noise on the media port does not reach a call, nor keep one from beginning', async () => {
  const workers: types.Worker[] = []
  const handleNewWorker = (worker: types.Worker) => void workers.push(worker)
  observer.on('newworker', handleNewWorker)
  onTestFinished(() => void observer.off('newworker', handleNewWorker))
  const { url } = await startNode()
  const roomId = randomUUID()
  const join = async (name: string) => {
    const peer = await HeadlessPeer.join({ url, roomId, name, mic: 'talking' })
    onTestFinished(() => peer.leave())
    return peer
  }
  const anna = await join('Anna')
  const [worker] = workers
  const stranger = await SignalingPeer.join(url, { room: 'other' })
  const candidates = stranger.joined?.sendTransport.iceCandidates ?? []
  const portOf = (wanted: string) => candidates.find(({ protocol }) => protocol === wanted)?.port as number
  const ufrag = stranger.joined?.sendTransport.iceParameters.usernameFragment ?? ''
  const socket = createSocket('udp4')
  onTestFinished(() => void socket.close())
  const before = await worker?.getResourceUsage()

  const noise = (async () => {
    for (let at = 0; at < PACKETS; at++) {
      socket.send(garbage(at, ufrag), portOf('udp'), '127.0.0.1')
      if (at % 50 === 0) await turn()
    }
    const tcp = createConnection({ port: portOf('tcp'), host: '127.0.0.1' })
    tcp.on('error', () => {})
    tcp.end(randomBytes(100_000))
    await once(tcp, 'close')
  })()
  const ben = await join('Ben')
  await noise
  await Promise.all([anna.hear('Ben', 'mic'), ben.hear('Anna', 'mic')])
  const after = await worker?.getResourceUsage()
  const cpuMs =
    ((after?.ru_utime ?? 0) + (after?.ru_stime ?? 0) - (before?.ru_utime ?? 0) - (before?.ru_stime ?? 0)) | 0
  console.log(`${PACKETS} packets of noise: ${cpuMs} ms of the worker's CPU, the call included`)
  expect(workers).toHaveLength(1)
})
