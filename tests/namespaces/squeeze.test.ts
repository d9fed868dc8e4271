import { observer, type types } from 'mediasoup'
import { expect, onTestFinished } from 'vitest'
import { CallPage } from '../support/callPage.ts'
import { HeadlessPeer } from '../support/headless/index.ts'
import { Host, namespaceTest, narrow } from '../support/namespaces.ts'
import { type Entry, statsOf, watchConnections } from '../support/pageStats.ts'
import { startNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

const PEOPLE = 6
const SQUEEZED_KBPS = 300
/** The estimate learns of a bottleneck by its queue; it has, when the speaker moves so often, three seconds in a row. */
const SETTLED = { pictures: 5, seconds: 3, deadlineSeconds: 40 }
const SQUEEZED_SECONDS = 15
const UNSQUEEZED_HEIGHT = 360
const RECOVERY_MS = 10_000
/** Chromium plays at this rate. */
const SAMPLES_A_SECOND = 48_000

const value = (entry: Entry | undefined, name: string) => Number(entry?.[name] ?? 0)

namespaceTest(
  'a viewer with hardly any bandwidth hears everything, sees who speaks, and has its layers back soon after',
  async () => {
    const transports: types.WebRtcTransport[] = []
    const watch = (worker: types.Worker) =>
      worker.observer.on('newrouter', (router) =>
        router.observer.on('newtransport', (transport) => transports.push(transport as types.WebRtcTransport)),
      )
    observer.on('newworker', watch)
    onTestFinished(() => void observer.off('newworker', watch))
    /** What the server takes the guest's line for. */
    const estimate = async () => {
      const [stats] = (await transports.at(-1)?.getStats()) ?? []
      return Math.round((stats?.availableOutgoingBitrate ?? 0) / 1000)
    }
    const guest = new Host('guest')
    const { address, device } = guest.connectToTest()
    const { url } = await startNode({
      page: 'built',
      settings: { HOST: '0.0.0.0', ANNOUNCED_ADDRESSES: `${address},127.0.0.1` },
    })
    const { port } = new URL(url)
    const people: HeadlessPeer[] = []
    for (let at = 0; at < PEOPLE; at++) {
      const mic = at === 0 ? 'talking' : 'silent'
      const peer = await HeadlessPeer.join({
        url: `http://127.0.0.1:${port}`,
        roomId: 'squeeze',
        name: `Person ${at}`,
        mic,
        cam: true,
      })
      onTestFinished(() => peer.leave())
      peer.client.setViewport([])
      people.push(peer)
    }
    const speaker = people[0]?.state.self?.id ?? ''
    const query = 'name=Guest&autojoin=1&cam=0&mic=0'
    const page = await guest.openPage(`http://${address}:${port}/r/squeeze?${query}`, watchConnections)
    const viewer = new CallPage(page, 'Guest')
    // Large enough that a tile of seven wants more than the smallest layer.
    await page.setViewport({ width: 1600, height: 900 })
    await viewer.connected()

    /** Of each camera: its person, and the height of its picture. */
    const cameras = async () => (await viewer.stats()).received.filter(({ source }) => source === 'cam')
    const heights = async () => (await cameras()).map(({ streams }) => streams[0]?.frameHeight ?? 0)
    const speakerFrames = async () =>
      (await cameras()).find(({ peerId }) => peerId === speaker)?.streams[0]?.framesDecoded ?? 0
    const sound = async () => {
      const entries = await statsOf(page, 'inbound-rtp')
      const loudest = entries
        .filter(({ kind }) => kind === 'audio')
        .sort((a, b) => value(b, 'packetsReceived') - value(a, 'packetsReceived'))[0]
      return {
        concealed: value(loudest, 'concealedSamples') - value(loudest, 'silentConcealedSamples'),
        total: value(loudest, 'totalSamplesReceived'),
      }
    }
    /** Waits until so much more has been played, concealed or not. */
    const played = async (before: Awaited<ReturnType<typeof sound>>, seconds: number) =>
      until(
        async () => {
          const now = await sound()
          return now.total - before.total >= seconds * SAMPLES_A_SECOND && now
        },
        { what: `${seconds} s of sound`, deadlineMs: 30_000 },
      )
    const concealedRatio = (before: Awaited<ReturnType<typeof sound>>, after: typeof before) =>
      (after.concealed - before.concealed) / (after.total - before.total)
    /** Whether every camera is shown in the layer of its tile, and moves. */
    const allLarge = async () => {
      const now = await cameras()
      return (
        now.length === PEOPLE &&
        now.every(({ streams: [stream] }) => {
          return (stream?.frameHeight ?? 0) >= UNSQUEEZED_HEIGHT && (stream?.framesDecoded ?? 0) >= 10
        })
      )
    }
    let seen: number[] = []
    await until(
      async () => {
        seen = await heights()
        return allLarge()
      },
      { what: () => `all cameras in the layer of their tiles, not ${seen}`, deadlineMs: 30_000, everyMs: 200 },
    )

    const atOnce = await sound()
    narrow(device, SQUEEZED_KBPS)
    let [after, frames] = [atOnce, await speakerFrames()]
    /** How many pictures of the speaker come in the next second. */
    const nextSecond = async () => {
      after = await played(after, 1)
      const [now, last] = [await speakerFrames(), frames]
      frames = now
      return now - last
    }
    const settling: number[] = []
    const settled = () => {
      const last = settling.slice(-SETTLED.seconds)
      return last.length === SETTLED.seconds && last.every((pictures) => pictures >= SETTLED.pictures)
    }
    while (!settled() && settling.length < SETTLED.deadlineSeconds) settling.push(await nextSecond())
    console.log(`pictures of the speaker while the estimate settles: ${settling.join(' ')}`)
    expect(settled()).toBe(true)
    const before = after
    const perSecond: number[] = []
    const estimates: number[] = []
    for (let second = 0; second < SQUEEZED_SECONDS; second++) {
      perSecond.push(await nextSecond())
      estimates.push(await estimate())
    }
    console.log(`estimated kbit/s: ${estimates.join(' ')}`)
    console.log(
      `pictures of the speaker in each second: ${perSecond.join(' ')}; heights ${(await heights()).join(' ')}`,
    )
    console.log(
      `concealed sound: ${(100 * concealedRatio(atOnce, before)).toFixed(1)} % in the first seconds, ${(100 * concealedRatio(before, after)).toFixed(1)} % after`,
    )
    const squeezed = await heights()
    narrow(device, undefined)
    const [atRelief, relievedAt] = [await cameras(), performance.now()]
    const framesAtRelief = new Map(atRelief.map(({ peerId, streams }) => [peerId, streams[0]?.framesDecoded ?? 0]))
    await until(
      async () => {
        const now = await cameras()
        seen = now.map(({ streams: [stream] }) => stream?.frameHeight ?? 0)
        const moves = now.every(({ peerId, streams }) => {
          return (streams[0]?.framesDecoded ?? 0) > (framesAtRelief.get(peerId) ?? 0)
        })
        return moves && seen.length === PEOPLE && seen.every((height) => height >= UNSQUEEZED_HEIGHT)
      },
      { what: () => `all layers to come back, not ${seen}`, deadlineMs: RECOVERY_MS, everyMs: 200 },
    )
    console.log(`all layers back after ${Math.round(performance.now() - relievedAt)} ms`)
    expect(Math.min(...squeezed)).toBeLessThan(UNSQUEEZED_HEIGHT)
    expect(Math.min(...perSecond)).toBeGreaterThan(0)
    expect(concealedRatio(before, after)).toBeLessThan(0.05)
  },
)
