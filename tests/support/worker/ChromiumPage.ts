import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { types } from 'mediasoup'
import puppeteer, { type Page } from 'puppeteer-core'
import { build } from 'vite'
import type { Signaling } from './ClientEndpoint.ts'
import type { ConsumerDescription, StatsEntry } from './pageClient.ts'
import { overTheWire, ServerEndpoint } from './ServerEndpoint.ts'
import type { TestWorker } from './TestWorker.ts'

const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--use-fake-device-for-media-stream=fps=30',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
]

/** A Chromium with one page that is a client of the bare router. Dies at close(), with its profile folder. */
export class ChromiumPage {
  readonly server: ServerEndpoint
  readonly #page: Page
  readonly #dispose: () => Promise<void>
  #rtpCapabilities: types.RtpCapabilities | undefined

  static async open(worker: TestWorker): Promise<ChromiumPage> {
    const [server, site, profile] = await Promise.all([
      ServerEndpoint.create(worker),
      serveBundle(),
      mkdtemp(join(tmpdir(), 'chromium-page-')),
    ])
    const browser = await puppeteer.launch({
      executablePath: CHROMIUM,
      headless: true,
      userDataDir: profile,
      args: FLAGS,
    })
    const dispose = async (): Promise<void> => {
      server.close()
      site.close()
      await browser.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    }
    try {
      const page = await browser.newPage()
      await page.exposeFunction('signal', (name: keyof Signaling, input: never) => server[name](input))
      await page.goto(site.url)
      const opened = new ChromiumPage(server, page, dispose)
      opened.#rtpCapabilities = await page.evaluate(() => window.testPage.join())
      return opened
    } catch (error) {
      await dispose()
      throw error
    }
  }

  private constructor(server: ServerEndpoint, page: Page, dispose: () => Promise<void>) {
    this.server = server
    this.#page = page
    this.#dispose = dispose
  }

  async produce(source: 'camera' | 'microphone' | 'voice' | 'silence'): Promise<types.Producer> {
    const id = await this.#page.evaluate((wanted) => {
      if (wanted === 'camera') return window.testPage.produceCamera()
      if (wanted === 'microphone') return window.testPage.produceMicrophone()
      return wanted === 'voice' ? window.testPage.produceVoice() : window.testPage.produceSilence()
    }, source)
    return this.server.producer(id)
  }

  async consume(producerIds: string[]): Promise<types.Consumer[]> {
    const rtpCapabilities = this.#rtpCapabilities
    if (rtpCapabilities === undefined) throw new Error('not joined')
    const consumers = await Promise.all(
      producerIds.map((producerId) => this.server.recv.consume({ producerId, rtpCapabilities, paused: true })),
    )
    const descriptions: ConsumerDescription[] = overTheWire(
      consumers.map(({ id, producerId, kind, rtpParameters }) => ({ id, producerId, kind, rtpParameters })),
    )
    await this.#page.evaluate((all) => window.testPage.consume(all), descriptions)
    await Promise.all(consumers.map((consumer) => consumer.resume()))
    return consumers
  }

  /** The entries of one type of RTCPeerConnection.getStats(). */
  async stats(direction: 'send' | 'recv', type: string): Promise<StatsEntry[]> {
    const entries = await this.#page.evaluate((which) => window.testPage.stats(which), direction)
    return entries.filter((entry) => entry.type === type)
  }

  close(): Promise<void> {
    return this.#dispose()
  }
}

/** getUserMedia wants a secure context, which a page from a loopback address is. */
async function serveBundle(): Promise<{ url: string; close: () => void }> {
  const script = await bundlePage()
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><title>test page</title><body><script src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() }
}

async function bundlePage(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL('./pageClient.ts', import.meta.url)), formats: ['iife'], name: 'page' },
    },
  })
  const outputs = Array.isArray(built) ? built : [built]
  for (const output of outputs) {
    if (!('output' in output)) continue
    for (const file of output.output) if (file.type === 'chunk') return file.code
  }
  throw new Error('the page was not bundled')
}
