import type { types } from 'mediasoup'
import * as mediasoup from 'mediasoup'
import { until } from '../until.ts'

const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
]
const SOCKET_BUFFER_BYTES = 2_000_000

export interface TestWorkerOptions {
  protocols?: ('udp' | 'tcp')[]
}

/**
 * One worker process with one WebRtcServer and one Router, and no server of ours around it: what a test of the worker binary
 * needs. `MEDIASOUP_WORKER_BIN` names the binary, as for mediasoup itself. Owns all that was made through it; dies at close().
 */
export class TestWorker {
  readonly worker: types.Worker
  readonly router: types.Router
  readonly #server: types.WebRtcServer
  /** Log lines of this worker with the tags dtls and srtp. */
  readonly #log: string[]

  static async create({ protocols = ['udp'] }: TestWorkerOptions = {}): Promise<TestWorker> {
    const log: string[] = []
    const keep = (namespace: string, text: string): void => {
      if (text.includes('SRTP')) log.push(`${namespace} ${text}`)
    }
    mediasoup.setLogEventListeners({ ondebug: keep, onwarn: keep })
    const worker = await mediasoup.createWorker({ logLevel: 'debug', logTags: ['dtls', 'srtp'] })
    const server = await worker.createWebRtcServer({
      listenInfos: protocols.map((protocol) => ({
        protocol,
        ip: '127.0.0.1',
        // The default buffers lose packets when many streams send in the same instant.
        ...(protocol === 'udp' ? { recvBufferSize: SOCKET_BUFFER_BYTES, sendBufferSize: SOCKET_BUFFER_BYTES } : {}),
      })),
    })
    const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS })
    return new TestWorker({ worker, server, router, log })
  }

  private constructor(parts: {
    worker: types.Worker
    server: types.WebRtcServer
    router: types.Router
    log: string[]
  }) {
    this.worker = parts.worker
    this.router = parts.router
    this.#server = parts.server
    this.#log = parts.log
  }

  async createTransport(): Promise<types.WebRtcTransport> {
    return this.router.createWebRtcTransport({
      webRtcServer: this.#server,
      enableSctp: true,
      initialAvailableOutgoingBitrate: 2_000_000,
    })
  }

  /** The SRTP suite of each handshake so far, in order; waits for as many as wanted. */
  async srtpSuites(count: number): Promise<string[]> {
    const suites = () => this.#log.flatMap((line) => /chosen SRTP crypto suite: (\S+)/.exec(line)?.[1] ?? [])
    return until(() => (suites().length >= count ? suites() : false), { what: () => `suites ${suites()}` })
  }

  close(): void {
    this.worker.close()
  }
}
