/** People in a call while the process of their server ends and a supervisor starts it again. */
import { afterAll, describe, expect, it } from 'vitest'
import { BROWSERS, closeBrowsers } from '../support/browsers.ts'
import { CallPage, joinedPeers } from '../support/callPage.ts'
import { freePort, newDataDir, startServer } from '../support/serverProcess.ts'

afterAll(closeBrowsers)

const banner = '[data-testid="connection-banner"]'

describe.each(BROWSERS)('in %s, a server', (browser) => {
  it.each([
    ['is killed', 'SIGKILL', undefined],
    ['is told to stop', 'SIGTERM', 'The server will be restarted in a moment.'],
  ] as const)('that %s and comes back: so do all, as who they were', async (_, signal, notice) => {
    const settings = {
      PORT: String(await freePort()),
      MEDIA_PORT: String(await freePort()),
      DATA_DIR: newDataDir(),
      STOP_GRACE: '3',
    }
    const server = await startServer(settings)
    const join = (name: string) => CallPage.join(browser, server.url, { room: 'restarted', name })
    const pages = [await join('Ana'), await join('Ben')]
    const before = await joinedPeers(pages)
    const seeAndHear = async () => {
      for (const [at, page] of pages.entries()) await page.seesAndHears(before.filter((_, other) => other !== at))
    }
    await seeAndHear()
    process.kill(server.pid, signal)
    if (notice !== undefined)
      for (const { page } of pages) {
        await page.waitForSelector(banner, { timeout: 20_000 })
        expect(await page.$eval(`${banner} strong`, ({ textContent }) => textContent)).toContain(notice)
      }
    await server.exited
    for (const { page } of pages)
      await page.waitForSelector('html[data-connection="reconnecting"]', { timeout: 20_000 })
    const gone = performance.now()
    await startServer(settings)
    for (const page of pages) await page.connected()
    console.log(`all back ${Math.round(performance.now() - gone)} ms after the end`)
    expect(await joinedPeers(pages)).toEqual(before)
    await seeAndHear()
    // No ghosts.
    expect(await Promise.all(pages.map((page) => page.peerNames()))).toEqual([['Ben'], ['Ana']])
    for (const { page } of pages) await page.waitForSelector(banner, { hidden: true, timeout: 20_000 })
  })
})
