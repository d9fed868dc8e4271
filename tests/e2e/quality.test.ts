import { describe, expect, it } from 'vitest'
import { faultFinder } from '../support/axe.ts'
import { BROWSERS, type BrowserName, type PageOptions } from '../support/browsers.ts'
import { type CallPage, hook, joinedPeers, useSite } from '../support/callPage.ts'
import { until } from '../support/until.ts'

/** What a person sees of how the call goes over the network, and what they can do about it. */
const site = useSite()

async function twoInCall(browser: BrowserName, size: PageOptions = {}) {
  const room = site.newRoom()
  const { join } = site.in(browser)
  const [ana, ben] = [await join(room, 'Ana', size), await join(room, 'Ben')]
  const [anaId = '', benId = ''] = await joinedPeers([ana, ben])
  await Promise.all([ana.seesAndHears([benId]), ben.seesAndHears([anaId])])
  return { ana, ben, anaId, benId }
}

/** The numbers of one person's source in the open statistics. */
const numbersOf = (call: CallPage, peerId: string, source: string): Promise<Record<string, string[]>> =>
  call.page.$eval(
    `${hook('stats-person')}[data-peer-id="${peerId}"] ${hook('stats-track')}[data-source="${source}"]`,
    (table) => {
      const numbers: Record<string, string[]> = {}
      for (const cell of table.querySelectorAll<HTMLElement>('[data-stat]')) {
        const name = cell.dataset.stat ?? ''
        numbers[name] = [...(numbers[name] ?? []), cell.textContent ?? '']
      }
      return numbers
    },
  )

describe.each(BROWSERS)('the statistics, in %s', (browser) => {
  it('show numbers of oneself and of the others, and they move', async () => {
    const { ana, anaId, benId } = await twoInCall(browser)
    await ana.page.keyboard.press('i')
    await ana.page.waitForSelector(hook('stats-track'))
    const camera = await until(
      async () => {
        const { size = [], bitrate = [], layer = [] } = await numbersOf(ana, benId, 'cam')
        const known = size[0] !== undefined && layer[0] !== undefined && bitrate[0]?.startsWith('0') === false
        return known && { size, bitrate }
      },
      { what: 'a picture in numbers' },
    )
    expect(camera.size[0]).toMatch(/^\d+ × \d+$/)
    expect(camera.bitrate[0]).toMatch(/^[\d.,]+ [kM]b\/s$/)
    await until(async () => (await numbersOf(ana, benId, 'cam')).bitrate?.[0] !== camera.bitrate[0], {
      what: 'another number',
    })
    const { codec, roundTrip } = await until(
      async () => {
        const numbers = await numbersOf(ana, anaId, 'cam')
        return numbers.roundTrip && numbers.codec && numbers
      },
      { what: 'what the server reports back' },
    )
    expect(codec?.[0]).toMatch(/^(VP8|VP9|AV1|H264)$/)
    expect(roundTrip?.some((text) => /^[\d,]+ ms$/.test(text))).toBe(true)
    await until(async () => (await numbersOf(ana, benId, 'mic')).codec?.join() === 'opus', {
      what: 'a voice in numbers',
    })
    const worker = await ana.page.$eval('[data-stat="worker"]', (cell) => cell.textContent)
    expect(worker).toBe('0')
    expect(await ana.page.$eval('[data-stat="route"]', (cell) => cell.textContent)).toBe('UDP 127.0.0.1')
    await ana.page.keyboard.press('Escape')
    await ana.page.waitForSelector(hook('stats-panel'), { hidden: true })
  })

  it.each([
    ['desktop', {}],
    ['telephone', { width: 390, height: 844, touch: true }],
  ] as const)('are read by everyone: no serious fault on a %s', async (_, size) => {
    const expectNoFaults = faultFinder(browser)
    const { ana } = await twoInCall(browser, size)
    await ana.click('more')
    await ana.page.waitForSelector(hook('statistics'))
    await expectNoFaults(ana.page, 'more')
    await ana.click('statistics')
    await ana.page.waitForSelector(`${hook('stats-track')}[data-source="cam"]`)
    await expectNoFaults(ana.page, 'statistics')
    const { scroll, client } = await ana.page.$eval(hook('stats'), ({ scrollWidth, clientWidth }) => ({
      scroll: scrollWidth,
      client: clientWidth,
    }))
    expect(scroll).toBeLessThanOrEqual(client)
  })
})

describe.each(BROWSERS)('what one receives, in %s', (browser) => {
  const received = async (call: CallPage) => {
    const { received } = await call.stats()
    return received.map(({ source }) => source).sort()
  }
  const videoBytes = async (call: CallPage) =>
    (await call.stats()).received
      .filter(({ source }) => source === 'cam')
      .flatMap(({ streams }) => streams)
      .reduce((sum, { bytes }) => sum + bytes, 0)
  const note = (call: CallPage, peerId: string) =>
    call.page.waitForSelector(`${call.tile(peerId)} ${hook('tile-note')}`, { timeout: 20_000 })

  it('is sound alone, or nothing, and everything again; nobody else sees a difference', async () => {
    const { ana, ben, anaId, benId } = await twoInCall(browser)
    expect(await received(ana)).toEqual(['cam', 'mic'])
    await ana.click('more')
    await ana.click('audio-only')
    await until(async () => (await received(ana)).join() === 'mic', { what: 'the sound alone' })
    expect(await videoBytes(ana)).toBe(0)
    const text = await (await note(ana, benId))?.evaluate((element) => element.textContent)
    expect(text).toBe('Audio only is on')
    // To Ben Ana is there as before, and Ana still knows that Ben's camera is on.
    await ben.seesAndHears([anaId])
    expect(await ben.page.$(hook('tile-note'))).toBeNull()

    await ana.click('more')
    await ana.click('receive-nothing')
    await until(async () => (await received(ana)).length === 0, { what: 'nothing' })
    await ben.seesAndHears([anaId])

    await ana.click('more')
    await ana.click('receive-nothing')
    await ana.seesAndHears([benId])
    await ana.page.waitForSelector(hook('tile-note'), { hidden: true })
  })

  it('is limited by choice, and remembered', async () => {
    const { ana } = await twoInCall(browser)
    await ana.click('more')
    await ana.click('settings')
    await ana.page.waitForSelector(hook('data-limit'))
    await ana.page.select(hook('data-limit'), '300')
    const limit = () => ana.page.evaluate(() => window.tertulia.state.reception.maxKbps)
    await until(async () => (await limit()) === 300, { what: 'the limit' })
    await ana.page.reload()
    await ana.connected()
    expect(await limit()).toBe(300)
    await ana.page.keyboard.press('Escape')
  })
})
