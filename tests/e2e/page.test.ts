import { mkdir } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import type { Page } from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { BROWSERS } from '../support/browsers.ts'
import { CallPage, hook, joinedPeers, shown, useSite } from '../support/callPage.ts'

/** The page as a person uses it, click by click; and what it says when something is missing. */
const root = joinPath(import.meta.dirname, '../..')

const site = useSite()

const text = (page: Page, testId: string) => page.$eval(hook(testId), (element) => element.textContent)
const connection = (page: Page) => page.$eval('html', (html) => html.dataset.connection)

describe.each(BROWSERS)('the page, in %s', (browser) => {
  const { open, join } = site.in(browser)

  it('leads from the start page through the pre-join into a call, and out again', async () => {
    const page = await open('/')
    await shown(page, 'new-call')
    expect(await connection(page)).toBe('idle')
    await page.click('[data-testid="new-call"]')
    await shown(page, 'join')
    expect(new URL(page.url()).pathname).toMatch(/^\/r\/[\w-]{16,64}$/)
    // The preview shows a picture.
    await page.waitForFunction(
      () => (document.querySelector('[data-testid="preview"] video') as HTMLVideoElement)?.videoWidth > 0,
    )
    await page.type('[data-testid="name"]', 'Ana')
    await page.click('[data-testid="join"]')
    await page.waitForSelector('html[data-connection="connected"]')
    await shown(page, 'link')
    const link = await page.$eval(
      '[data-testid="link"]',
      (element) => (element as HTMLInputElement).value ?? element.textContent,
    )
    expect(link).toBe(page.url().split('?')[0])

    const ben = await join(link.split('/r/')[1] ?? '', 'Ben')
    await ben.seesAndHears([(await new CallPage(page, 'Ana').peerId()) ?? ''])
    // The first to come is host, and is asked whether the others go on.
    await page.click('[data-testid="leave"]')
    await page.locator(hook('leave-call')).click()
    await shown(page, 'rejoin')
    expect(await connection(page)).toBe('closed')
    await page.click('[data-testid="rejoin"]')
    await page.waitForSelector('html[data-connection="connected"]')
  })

  it.each([
    ['a desktop', {}],
    ['a telephone', { width: 390, height: 844 }],
  ])('moves nothing and forgets no camera when it is turned off before the call, on %s', async (_, size) => {
    const page = await open(`/r/${site.newRoom()}`, size)
    await shown(page, 'join-without-camera')
    await page.waitForSelector(`${hook('connection-check')}[data-state="ready"]`)
    const looks = () =>
      page.evaluate(() => ({
        tops: ['join', 'choose-cam'].map(
          (id) => document.querySelector(`[data-testid="${id}"]`)?.getBoundingClientRect().top,
        ),
        camera: document.querySelector<HTMLSelectElement>('[data-testid="choose-cam"]')?.selectedOptions[0]?.text,
      }))
    const before = await looks()
    expect(before.camera).not.toBe('Chosen by the browser')
    for (const device of ['cam', 'mic']) {
      await page.click(`[data-testid="toggle-${device}"]`)
      await page.waitForSelector(`[data-testid="toggle-${device}"][aria-pressed="false"]`)
    }
    expect(await text(page, 'seen')).toContain('neither see nor hear')
    expect(await looks()).toEqual(before)
  })

  it('keeps the name for the next time', async () => {
    const page = await open(`/r/${site.newRoom()}`)
    await shown(page, 'name')
    await page.type('[data-testid="name"]', 'Eva')
    await page.click('[data-testid="join"]')
    await page.waitForSelector('html[data-connection="connected"]')
    await page.goto(`${site.url()}/r/${site.newRoom()}`)
    await shown(page, 'name')
    expect(await page.$eval('[data-testid="name"]', (input) => (input as HTMLInputElement).value)).toBe('Eva')
  })

  it('shares a screen as a tile of its own, and stops', async () => {
    const room = site.newRoom()
    const [ana, ben] = [await join(room, 'Ana'), await join(room, 'Ben')]
    const [anaId = ''] = await joinedPeers([ana, ben])
    await ana.click('share-screen')
    await ben.page.waitForFunction(
      (tile) => (document.querySelector<HTMLVideoElement>(`${tile} video`)?.videoWidth ?? 0) > 0,
      { timeout: 20_000 },
      ben.tile(anaId, 'screen'),
    )
    expect(await ana.pressed('share-screen')).toBe('true')
    await ana.click('share-screen')
    await ben.page.waitForSelector(ben.tile(anaId, 'screen'), { hidden: true, timeout: 20_000 })
  })

  it.each([
    ['permission was refused', 'NotAllowedError', 'no permission'],
    ['there is none', 'NotFoundError', 'not found'],
    ['another program has it', 'NotReadableError', 'used by another program'],
  ])('says so when a device is missing because %s, and joins as a listener', async (_, error, words) => {
    const before = `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '${error}'))`
    const page = await open(`/r/${site.newRoom()}`, { before: new Function(before) as () => void })
    await shown(page, 'device-problem')
    expect(await page.$eval('main', (main) => main.textContent)).toContain(words)
    await page.type('[data-testid="name"]', 'Ana')
    await page.click('[data-testid="join"]')
    await page.waitForSelector('html[data-connection="connected"]')
    await shown(page, 'tile')
    expect(await page.$$eval('[data-testid="tile"]', (tiles) => tiles.length)).toBe(1)
  })

  it('says so when the address is not secure', async () => {
    const before =
      "Object.defineProperty(navigator, 'mediaDevices', { value: undefined }); Object.defineProperty(window, 'isSecureContext', { value: false })"
    const page = await open(`/r/${site.newRoom()}`, { before: new Function(before) as () => void })
    await shown(page, 'device-problem')
    expect(await text(page, 'device-problem')).toContain('https')
  })

  it('shows a page for an address that is none', async () => {
    for (const path of ['/r/not%20a%20room', '/nonsense', '/r/a/b', `/r/${'x'.repeat(200)}`]) {
      const page = await open(path)
      await page.waitForSelector('h1')
      expect(await page.$$('[data-testid="join"]')).toEqual([])
    }
  })

  it('is the same on a telephone: nothing is cut off', async () => {
    const room = site.newRoom()
    const ana = await join(room, 'Ana', { width: 390, height: 844 })
    const ben = await join(room, 'Ben')
    const ids = await joinedPeers([ana, ben])
    await ana.page.waitForSelector(ana.tile(ids[1] ?? ''))
    const outside = await ana.page.$$eval(
      'button, [data-testid="tile"]',
      (elements) =>
        elements
          .map((element) => element.getBoundingClientRect())
          .filter(({ width }) => width > 0)
          .filter(
            ({ left, right, top, bottom }) =>
              left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1,
          ).length,
    )
    expect(outside).toBe(0)
  })

  it('reports no error of its own and breaks no policy', async () => {
    const problems: string[] = []
    const page = await open('/')
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    await page.goto(`${site.url()}/r/${site.newRoom()}?name=Ana&autojoin=1`)
    await page.waitForSelector('html[data-connection="connected"]')
    await shown(page, 'leave')
    await page.click('[data-testid="leave"]')
    await shown(page, 'rejoin')
    expect(problems).toEqual([])
  })
})

describe('a call of three', () => {
  it('looks like the picture in the README', async () => {
    const pages = []
    for (const name of ['Ana', 'Ben', 'Eva']) pages.push(await site.in('chromium').join('picture', name))
    const ids = await joinedPeers(pages)
    const [ana] = pages
    await ana?.seesAndHears(ids.slice(1))
    // Only on demand, since no two pictures are the same.
    const folder = process.env.UPDATE_SCREENSHOTS ? 'docs' : 'dist/screens'
    await mkdir(joinPath(root, folder), { recursive: true })
    await ana?.page.screenshot({ path: joinPath(root, folder, 'call.png') as `${string}.png` })
    expect(await ana?.tileCount()).toBe(3)
  })
})
