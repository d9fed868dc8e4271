import { describe, expect, it } from 'vitest'
import { BROWSERS } from '../support/browsers.ts'
import { hook, shown, useSite } from '../support/callPage.ts'
import { until } from '../support/until.ts'

const site = useSite()
/** Would run if it were taken for anything but text. */
const MARKUP = '<img src=x onerror="document.title=1">'

describe.each(BROWSERS)('in %s, what people write', (browser) => {
  it('is shown as text, in names and in the chat', async () => {
    const room = site.newRoom()
    const { page } = await site.in(browser).join(room, 'Ana')
    const eve = await site.in(browser).join(room, MARKUP)
    await shown(page, 'chat')
    await page.click(hook('chat'))
    await shown(page, 'chat-panel')
    await eve.page.evaluate(
      (text) =>
        (globalThis as unknown as { tertulia: { sendChat(text: string): Promise<unknown> } }).tertulia.sendChat(text),
      `${MARKUP} said`,
    )
    const text = () => page.$eval('body', ({ innerText }) => innerText)
    await until(async () => (await text()).includes(`${MARKUP} said`), { deadlineMs: 20_000, what: 'the message' })
    expect((await text()).split(MARKUP).length).toBeGreaterThan(2)
    expect(await page.$$eval('img[src="x"]', ({ length }) => length)).toBe(0)
    expect(await page.title()).not.toBe('1')
  })
})
