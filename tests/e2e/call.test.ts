import { describe, expect, it } from 'vitest'
import type { ConferenceClient } from '../../client/sdk/ConferenceClient.ts'
import { BROWSERS } from '../support/browsers.ts'
import { type CallPage, joinedPeers, useSite } from '../support/callPage.ts'
import { until } from '../support/until.ts'

const site = useSite()
const { newRoom } = site

/** Run in the page: a microphone that sounds like talking. The fake one only beeps, shorter than a syllable. */
function withVoice() {
  const capture = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await capture(constraints)
    for (const track of stream.getAudioTracks()) {
      const context = new AudioContext()
      const [voice, syllables, depth] = [context.createOscillator(), context.createOscillator(), context.createGain()]
      voice.type = 'sawtooth'
      voice.frequency.value = 150
      syllables.frequency.value = 4
      depth.gain.value = 0.3
      syllables.connect(depth.gain)
      const out = context.createMediaStreamDestination()
      voice.connect(depth).connect(out)
      voice.start()
      syllables.start()
      stream.removeTrack(track)
      for (const sound of out.stream.getAudioTracks()) stream.addTrack(sound)
    }
    return stream
  }
}

/** Waits until the tile of who has just left is gone. The server misses those who only fall silent later than this. */
async function goneFrom({ page, tile }: CallPage, peerId: string): Promise<void> {
  const start = performance.now()
  await page.waitForSelector(tile(peerId), { hidden: true, timeout: 8000 })
  console.log(`the tile is gone after ${Math.round(performance.now() - start)} ms`)
}

const others = (ids: readonly string[], at: number) => ids.filter((_, index) => index !== at)

describe.each(BROWSERS)('a call, in %s', (browser) => {
  const { join } = site.in(browser)

  it('lets three people see and hear each other, each sending one copy', async () => {
    const room = newRoom()
    const pages = [await join(room, 'Ana'), await join(room, 'Ben'), await join(room, 'Eva')]
    const ids = await joinedPeers(pages)
    await Promise.all(pages.map((page, at) => page.seesAndHears(others(ids, at))))
    for (const page of pages) {
      expect(await page.tileCount()).toBe(3)
      const { sent, transports } = await page.stats()
      // One outbound stream for the voice and one for each layer of the camera, however many look.
      expect(sent.map(({ source }) => source).sort()).toEqual(['cam', 'mic'])
      const ssrcs = sent.map(({ source, streams }) => ({
        source,
        ssrcs: new Set(streams.map(({ ssrc }) => ssrc)).size,
      }))
      expect(ssrcs).toEqual(
        expect.arrayContaining([
          { source: 'mic', ssrcs: 1 },
          { source: 'cam', ssrcs: 3 },
        ]),
      )
      expect(transports.map(({ direction }) => direction).sort()).toEqual(['recv', 'send'])
    }
  })

  it('takes the tile of who leaves away', async () => {
    const room = newRoom()
    const [ana, ben] = [await join(room, 'Ana'), await join(room, 'Ben')]
    const [, benId = ''] = await joinedPeers([ana, ben])
    await ana.page.waitForSelector(ana.tile(benId))
    await ben.click('leave')
    await goneFrom(ana, benId)
    await ben.page.waitForSelector('html[data-connection="closed"]')
  })

  it('takes the tile of who closes the page away as well', async () => {
    const room = newRoom()
    const [ana, ben] = [await join(room, 'Ana'), await join(room, 'Ben')]
    const [, benId = ''] = await joinedPeers([ana, ben])
    await ana.page.waitForSelector(ana.tile(benId))
    await ben.page.close({ runBeforeUnload: false })
    await goneFrom(ana, benId)
  })

  it('keeps two rooms apart', async () => {
    const [one, other] = [newRoom(), newRoom()]
    const [ana, ben, witness] = [await join(one, 'Ana'), await join(other, 'Ben'), await join(other, 'Eva')]
    const ids = await joinedPeers([ben, witness])
    await ben.seesAndHears(others(ids, 0))
    expect(await ben.peerNames()).toEqual(['Eva'])
    expect(await ana.peerNames()).toEqual([])
    expect(await ana.tileCount()).toBe(1)
    expect((await ana.stats()).received).toEqual([])
  })

  it('shows and applies mute and camera off', async () => {
    const room = newRoom()
    const [ana, ben] = [await join(room, 'Ana'), await join(room, 'Ben')]
    const [anaId = ''] = await joinedPeers([ana, ben])
    await ben.seesAndHears([anaId])
    expect(await ana.pressed('toggle-mic')).toBe('true')
    await ana.click('toggle-mic')
    await ana.click('toggle-cam')
    const paused = () =>
      ben.page.evaluate(() => {
        const { peers } = (globalThis as unknown as { tertulia: ConferenceClient }).tertulia.state
        return [peers[0]?.published.mic?.paused, peers[0]?.published.cam?.paused]
      })
    await until(async () => (await paused()).every((value) => value === true), {
      what: 'mic and cam off at the other side',
    })
    expect(await ana.pressed('toggle-mic')).toBe('false')
    expect(await ana.pressed('toggle-cam')).toBe('false')
    await ana.click('toggle-mic')
    await ana.click('toggle-cam')
    await until(async () => (await paused()).every((value) => value === false), { what: 'mic and cam on again' })
    await ben.seesAndHears([anaId])
  })

  it('marks who speaks', async () => {
    const room = newRoom()
    // The voice is always made in Chromium; see the ability `webAudio`.
    const ana = await site.in('chromium').join(room, 'Ana', { before: withVoice })
    const ben = await join(room, 'Ben', { mic: false })
    const [anaId = ''] = await joinedPeers([ana, ben])
    await ben.page.waitForSelector(`${ben.tile(anaId)}[data-speaking="true"]`, { timeout: 20_000 })
  })

  it('lets someone without camera and microphone listen', async () => {
    const room = newRoom()
    const [ana, ben] = [await join(room, 'Ana'), await join(room, 'Ben', { cam: false, mic: false })]
    const [anaId = '', benId = ''] = await joinedPeers([ana, ben])
    await ben.seesAndHears([anaId])
    expect((await ben.stats()).sent).toEqual([])
    await ana.page.waitForSelector(ana.tile(benId))
  })
})

describe('a call between Chromium and Firefox', () => {
  it('carries both ways: three Chromium pages and one Firefox page', async () => {
    const room = newRoom()
    const pages = [
      await site.in('chromium').join(room, 'Ana'),
      await site.in('chromium').join(room, 'Ben'),
      await site.in('chromium').join(room, 'Eva'),
      await site.in('firefox').join(room, 'Fox'),
    ]
    const ids = await joinedPeers(pages)
    await Promise.all(pages.map((page, at) => page.seesAndHears(others(ids, at), 40_000)))
    for (const page of pages) {
      const { sent } = await page.stats()
      expect(sent.map(({ source }) => source).sort()).toEqual(['cam', 'mic'])
      for (const { streams } of sent) expect(new Set(streams.map(({ ssrc }) => ssrc)).size).toBe(streams.length)
    }
  })
})
