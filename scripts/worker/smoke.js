/**
 * Tries a mediasoup-worker: `node smoke.js /path/to/mediasoup-worker` ends with 0 when it answers an ICE request and a DTLS
 * handshake and carries a packet through SRTP. A worker that only starts proves little: one that is linked with another
 * OpenSSL than it was written for dies at its first handshake.
 */
import { createWorker } from 'mediasoup'
import { answersDtls, answersIce, openSocket } from './handshake.js'

const DEADLINE_MS = 20_000

/** @type {import('mediasoup').types.RouterRtpCodecCapability[]} */
const MEDIA_CODECS = [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 }]

/** @type {import('mediasoup').types.RtpParameters} */
const RTP_PARAMETERS = {
  codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48000, channels: 2 }],
  encodings: [{ ssrc: 0x1234 }],
}

const workerBin = process.argv[2]
if (!workerBin) throw new Error('usage: node smoke.js /path/to/mediasoup-worker')

const deadline = setTimeout(() => fail(new Error(`Nothing came within ${DEADLINE_MS / 1000} s.`)), DEADLINE_MS)
let step = 'start'
try {
  const worker = await createWorker({ workerBin, logLevel: 'error' })
  worker.on('died', fail)
  const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS })

  step = 'ICE'
  const transport = await router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] })
  const socket = await openSocket(transport.iceCandidates[0]?.port ?? 0)
  await answersIce(socket, transport.iceParameters)

  step = 'DTLS'
  await transport.connect({
    dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('00').join(':') }] },
  })
  await answersDtls(socket)
  socket.close()

  step = 'SRTP'
  await carriesRtp(router, await worker.createRouter({ mediaCodecs: MEDIA_CODECS }))

  step = 'the end'
  await worker.getResourceUsage()
  worker.close()
  clearTimeout(deadline)
} catch (error) {
  fail(error)
}

/** @param {unknown} error */
function fail(error) {
  process.stderr.write(`The media worker failed at ${step}: ${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
}

/**
 * From one router to the other over an encrypted pipe.
 * @param {import('mediasoup').types.Router} here
 * @param {import('mediasoup').types.Router} there
 */
async function carriesRtp(here, there) {
  const source = await here.createDirectTransport()
  const producer = await source.produce({ kind: 'audio', rtpParameters: RTP_PARAMETERS })

  // By hand: pipeToRouter keeps the producer's id, of which one worker can't have two.
  const [sending, receiving] = await Promise.all([createPipe(here), createPipe(there)])
  await Promise.all([connect(sending, receiving), connect(receiving, sending)])
  const { kind, rtpParameters } = await sending.consume({ producerId: producer.id })
  const piped = await receiving.produce({ kind, rtpParameters })

  const sink = await there.createDirectTransport()
  const consumer = await sink.consume({ producerId: piped.id, rtpCapabilities: there.rtpCapabilities })
  const payload = Buffer.from('through the pipe')
  await new Promise((resolve) => {
    consumer.on('rtp', (packet) => packet.subarray(-payload.length).equals(payload) && resolve(undefined))
    let sequence = 1
    // UDP may lose one, and a stream's first packets may come before its pipe is ready.
    const timer = setInterval(() => producer.send(rtpPacket(sequence++, payload)), 20)
    consumer.observer.once('close', () => clearInterval(timer))
  })
}

/** @param {import('mediasoup').types.Router} router */
function createPipe(router) {
  return router.createPipeTransport({ listenInfo: { protocol: 'udp', ip: '127.0.0.1' }, enableSrtp: true })
}

/**
 * @param {import('mediasoup').types.PipeTransport} pipe
 * @param {import('mediasoup').types.PipeTransport} peer
 */
async function connect(pipe, { tuple, srtpParameters }) {
  if (!srtpParameters) throw new Error('the pipe has no SRTP keys')
  await pipe.connect({ ip: tuple.localAddress, port: tuple.localPort, srtpParameters })
}

/**
 * @param {number} sequence
 * @param {Buffer} payload
 */
function rtpPacket(sequence, payload) {
  const header = Buffer.alloc(12)
  header.writeUInt8(0x80, 0)
  header.writeUInt8(111, 1)
  header.writeUInt16BE(sequence, 2)
  header.writeUInt32BE(sequence * 960, 4)
  header.writeUInt32BE(0x1234, 8)
  return Buffer.concat([header, payload])
}
