import type { types } from 'mediasoup-client'
import { ClientEndpoint, SIMULCAST, type Signaling } from './ClientEndpoint.ts'
import { voiceStream } from './voiceStream.ts'

/** What runs in the page of ChromiumPage.ts; the test calls it through `window.testPage`. */

declare global {
  interface Window {
    testPage: TestPage
    /** Given by the test. */
    signal<N extends keyof Signaling>(name: N, input?: Parameters<Signaling[N]>[0]): ReturnType<Signaling[N]>
  }
}

export interface ConsumerDescription {
  id: string
  producerId: string
  kind: types.MediaKind
  rtpParameters: types.RtpParameters
}

export type StatsEntry = Record<string, unknown> & { id: string; type: string }

export class TestPage {
  #endpoint: ClientEndpoint | undefined

  async join(): Promise<types.RtpCapabilities> {
    this.#endpoint = await ClientEndpoint.create({
      describe: () => window.signal('describe'),
      connect: (input) => window.signal('connect', input),
      produce: (input) => window.signal('produce', input),
      produceData: (input) => window.signal('produceData', input),
    })
    return this.#endpoint.device.recvRtpCapabilities
  }

  async produceCamera(): Promise<string> {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { width: 1280, height: 720, frameRate: 30 },
    })
    return this.#produce(stream, {
      encodings: SIMULCAST.map((encoding) => ({ ...encoding })),
      codecOptions: { videoGoogleStartBitrate: 2000 },
    })
  }

  async produceMicrophone(): Promise<string> {
    return this.#produce(await navigator.mediaDevices.getUserMedia({ audio: true }), {})
  }

  /** As the product sends a microphone. */
  async produceVoice(): Promise<string> {
    return this.#produce(voiceStream(await startAudio()), { codecOptions: { opusFec: true, opusDtx: true } })
  }

  /** Digital silence: with DTX, what an open microphone in a quiet room sends. */
  async produceSilence(): Promise<string> {
    const context = await startAudio()
    const destination = context.createMediaStreamDestination()
    const source = new ConstantSourceNode(context, { offset: 0 })
    source.connect(destination)
    source.start()
    return this.#produce(destination.stream, { codecOptions: { opusDtx: true } })
  }

  async consume(descriptions: ConsumerDescription[]): Promise<void> {
    const { recv } = this.#joined()
    const consumers = await Promise.all(descriptions.map((description) => recv.consume(description)))
    for (const { track } of consumers) {
      const element = track.kind === 'audio' ? new Audio() : document.createElement('video')
      element.autoplay = true
      // A muted voice would have no energy in the statistics.
      element.muted = track.kind === 'video'
      element.srcObject = new MediaStream([track])
      document.body.append(element)
    }
  }

  async stats(direction: 'send' | 'recv'): Promise<StatsEntry[]> {
    const report = await this.#joined()[direction].getStats()
    return [...report.values()]
  }

  async #produce(stream: MediaStream, options: types.ProducerOptions): Promise<string> {
    const [track] = stream.getTracks()
    if (track === undefined) throw new Error('no track')
    const producer = await this.#joined().send.produce({ track, ...options })
    return producer.id
  }

  #joined(): ClientEndpoint {
    if (this.#endpoint === undefined) throw new Error('not joined')
    return this.#endpoint
  }
}

async function startAudio(): Promise<AudioContext> {
  const context = new AudioContext({ sampleRate: 48_000 })
  await context.resume()
  return context
}

window.testPage = new TestPage()
