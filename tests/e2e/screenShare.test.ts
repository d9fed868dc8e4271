import { launch } from 'puppeteer-core'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { ConferenceClient } from '../../client/sdk/index.ts'
import { BROWSERS, type BrowserName, CHROMIUM_FLAGS, closeBrowsers } from '../support/browsers.ts'
import { CallPage, joinedPeers } from '../support/callPage.ts'
import { openNode } from '../support/startNode.ts'
import { until } from '../support/until.ts'

afterAll(closeBrowsers)

async function openRoom(browser: BrowserName, settings: Record<string, string> = {}) {
  const { url, close } = await openNode({ page: 'built', settings })
  onTestFinished(close)
  const join = (name: string) => CallPage.join(browser, url, { room: 'room', name, query: { cam: '0', mic: '0' } })
  return { url, join }
}

/** A tab that moves and sounds. */
const TAB = `data:text/html,<title>To be shared</title><body style="font-size:50px"><script>
  const context = new AudioContext(), tone = context.createOscillator()
  tone.connect(context.destination); tone.start()
  setInterval(() => { document.body.textContent = Math.round(performance.now()) }, 50)
</script>`

/** A browser of its own, in which sharing a screen takes that tab without asking. */
async function openSharingBrowser() {
  const browser = await launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    // Else there is nothing to be heard in the tab.
    ignoreDefaultArgs: ['--mute-audio'],
    args: [
      ...CHROMIUM_FLAGS.filter((flag) => !/fake-ui|desktop-capture/.test(flag)),
      '--auto-select-tab-capture-source-by-title=To be shared',
    ],
  })
  onTestFinished(() => browser.close())
  const tab = await browser.newPage()
  await tab.goto(TAB)
  return { browser, tab }
}

describe('a shared screen', () => {
  // Only Chromium takes a tab without asking; see `drawScreen` for the other.
  it('is a tab with its sound, sharp or fluid, and ends when the browser ends it', async () => {
    const { url, join } = await openRoom('chromium')
    const { browser, tab } = await openSharingBrowser()
    const ana = new CallPage(await browser.newPage(), 'Ana')
    await ana.page.goto(`${url}/r/room?name=Ana&autojoin=1&cam=0&mic=0`)
    await ana.connected()
    const ben = await join('Ben')
    const [anaId = ''] = await joinedPeers([ana, ben])
    await ana.page.bringToFront()
    await ana.click('share-screen')
    await ben.page.waitForSelector(ben.tile(anaId, 'screen'), { timeout: 20_000 })

    const received = async (source: string) =>
      (await ben.stats()).received.find((entry) => entry.source === source)?.streams[0]
    await until(async () => ((await received('screen'))?.framesDecoded ?? 0) > 10, { what: 'pictures of the tab' })
    let sound: unknown
    await until(
      async () => {
        const stream = await received('screenAudio')
        sound = stream
        return (stream?.totalAudioEnergy ?? 0) > 0
      },
      { what: () => `its sound, not ${JSON.stringify(sound)}` },
    )

    const hint = () =>
      ana.page.evaluate(
        () =>
          (globalThis as unknown as { tertulia: ConferenceClient }).tertulia.state.self?.published.screen?.track
            ?.contentHint,
      )
    expect(await hint()).toBe('detail')
    // The browser brings the shared tab to the front.
    await ana.page.bringToFront()
    await ana.click('screen-motion')
    await until(async () => (await hint()) === 'motion', { what: 'the other hint' })
    expect(await ana.pressed('screen-motion')).toBe('true')
    const frames = (await received('screen'))?.framesDecoded ?? 0
    await until(async () => ((await received('screen'))?.framesDecoded ?? 0) > frames + 10, { what: 'more pictures' })

    // As the browser's own button does: the capture is over, and the page only hears of it.
    await tab.close()
    await ben.page.waitForSelector(ben.tile(anaId, 'screen'), { hidden: true, timeout: 20_000 })
    expect(await ana.pressed('share-screen')).toBe('false')
    await until(async () => (await ben.stats()).received.length === 0, { what: 'its sound to end as well' })
  })

  it.each(BROWSERS)('is one at a time where the room says so: the second person reads why (%s)', async (browser) => {
    const { join } = await openRoom(browser, { SCREEN_SHARES: 'one' })
    const [ana, ben] = [await join('Ana'), await join('Ben')]
    const [anaId = '', benId = ''] = await joinedPeers([ana, ben])
    await ana.click('share-screen')
    await ben.page.waitForSelector(ben.tile(anaId, 'screen'), { timeout: 20_000 })
    await ben.click('share-screen')
    const problem = await ben.page.waitForSelector('[data-testid="screen-problem"]')
    expect(await problem?.evaluate((element) => element.textContent)).toContain('one person at a time')
    expect(await ben.pressed('share-screen')).toBe('false')
    await ana.click('share-screen')
    await ben.page.waitForSelector(ben.tile(anaId, 'screen'), { hidden: true })
    await ben.click('share-screen')
    await ana.page.waitForSelector(ana.tile(benId, 'screen'), { timeout: 20_000 })
  })
})
