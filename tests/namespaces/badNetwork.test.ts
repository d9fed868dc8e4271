import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { describe, expect, onTestFinished } from 'vitest'
import { CallPage } from '../support/callPage.ts'
import { HeadlessPeer } from '../support/headless/index.ts'
import { Host, namespaceTest } from '../support/namespaces.ts'
import { type Entry, statsOf, watchConnections } from '../support/pageStats.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

/** Chromium plays at this rate. */
const SAMPLES_A_SECOND = 48_000
const MEASURED_SECONDS = 15

const value = (entry: Entry | undefined, name: string) => Number(entry?.[name] ?? 0)

/** A server here, somebody who talks beside it, and a guest with a browser on a host of its own. */
async function callOver({
  guest,
  signaling,
  media,
  mediaPort,
}: {
  guest: Host
  signaling: string
  media: string
  mediaPort?: number
}) {
  const { url } = await startNode({
    page: 'built',
    settings: {
      HOST: '0.0.0.0',
      ANNOUNCED_ADDRESSES: `${media},127.0.0.1`,
      ...(mediaPort !== undefined && { MEDIA_PORT: `${mediaPort}` }),
    },
  })
  const { port } = new URL(url)
  const talker = await HeadlessPeer.join({
    url: `http://127.0.0.1:${port}`,
    roomId: 'bad-network',
    name: 'Talker',
    mic: 'talking',
    cam: true,
  })
  onTestFinished(() => talker.leave())
  const page = await guest.openPage(`http://${signaling}:${port}/r/bad-network?name=Guest&autojoin=1`, watchConnections)
  const viewer = new CallPage(page, 'Guest')
  await viewer.connected()
  await viewer.seesAndHears([talker.state.self?.id ?? ''])
  return { page, viewer, talker }
}

const sound = async (page: Page) => {
  const [voice] = (await statsOf(page, 'inbound-rtp')).filter(({ kind }) => kind === 'audio')
  return {
    concealed: value(voice, 'concealedSamples') - value(voice, 'silentConcealedSamples'),
    total: value(voice, 'totalSamplesReceived'),
  }
}

const frames = async (page: Page) =>
  (await statsOf(page, 'inbound-rtp')).reduce((sum, entry) => sum + value(entry, 'framesDecoded'), 0)

/** Plays for some seconds. @returns how much of the sound was made up, 0 to 1, and how many pictures came */
async function measure(page: Page) {
  const [before, framesBefore] = [await sound(page), await frames(page)]
  const after = await until(
    async () => {
      const now = await sound(page)
      return now.total - before.total >= MEASURED_SECONDS * SAMPLES_A_SECOND && now
    },
    { what: `${MEASURED_SECONDS} s of sound`, deadlineMs: 4 * MEASURED_SECONDS * 1000, everyMs: 200 },
  )
  return {
    concealed: (after.concealed - before.concealed) / (after.total - before.total),
    frames: (await frames(page)) - framesBefore,
  }
}

describe('a guest whose network is bad', () => {
  for (const [percent, most] of [
    [5, 0.1],
    [20, 0.3],
  ] as const)
    namespaceTest(`is heard and hears where ${percent} % of all packets are lost, each way`, async () => {
      const guest = new Host('guest')
      const { address } = guest.connectToTest()
      const { page, talker } = await callOver({ guest, signaling: address, media: address })
      const loses = `-p udp -m statistic --mode random --probability ${percent / 100} -j DROP`
      guest.run(`iptables -A INPUT ${loses}; iptables -A OUTPUT ${loses}`)
      const { concealed, frames } = await measure(page)
      console.log(
        `${percent} % lost: ${(100 * concealed).toFixed(1)} % of the sound made up, ${frames} pictures in ${MEASURED_SECONDS} s`,
      )
      expect(concealed).toBeLessThanOrEqual(most)
      expect(frames).toBeGreaterThan(MEASURED_SECONDS)
      await talker.hear('Guest', 'mic', { packets: 100 })
    })

  namespaceTest('is heard and hears over 300 ms', async () => {
    const [guest, line] = [new Host('guest'), new Host('line')]
    const { address } = guest.connectToTest()
    const { address: far } = line.connectToTest()
    guest.connect(line)
    const mediaPort = await freePort()
    await startRelay(line, mediaPort, far, 150)
    const media = line.addresses[0] ?? ''
    const { page, viewer } = await callOver({ guest, signaling: address, media, mediaPort })
    const { concealed, frames } = await measure(page)
    const [pair] = (await statsOf(page, 'candidate-pair')).filter(({ nominated }) => nominated)
    const roundTrip = value(pair, 'currentRoundTripTime')
    console.log(
      `round trip ${Math.round(roundTrip * 1000)} ms: ${(100 * concealed).toFixed(1)} % of the sound made up, ${frames} pictures in ${MEASURED_SECONDS} s`,
    )
    expect(roundTrip).toBeGreaterThanOrEqual(0.3)
    expect(concealed).toBeLessThanOrEqual(0.1)
    expect(frames).toBeGreaterThan(MEASURED_SECONDS * 5)
    expect(await viewer.tileCount()).toBe(2)
  })
})

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

async function startRelay(host: Host, port: number, target: string, delayMs: number): Promise<void> {
  const script = join(import.meta.dirname, '../support/delayRelay.ts')
  const child = spawn('ip', ['netns', 'exec', host.name, process.execPath, script, `${port}`, target, `${delayMs}`])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
}
