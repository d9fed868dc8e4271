import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RoomId } from '../../shared/ids.ts'

const id = (name: string) => name as RoomId

/** The browser's storages, and the page as it is after it was loaded with them. */
async function loadPage(tab: Map<string, string>, browser: Map<string, string>) {
  const storageOf = (kept: Map<string, string>) => ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  })
  vi.stubGlobal('sessionStorage', storageOf(tab))
  vi.stubGlobal('localStorage', storageOf(browser))
  onTestFinished(() => void vi.unstubAllGlobals())
  vi.resetModules()
  return await import('../../client/ui/model/linkSecrets.ts')
}

describe('the secrets of a link', () => {
  it('are kept for the tab alone', async () => {
    const [tab, browser] = [new Map(), new Map()]
    const page = await loadPage(tab, browser)
    page.keepSecrets(id('r'), { invite: 'i' })
    const reloaded = await loadPage(tab, browser)
    expect([reloaded.secretsOf(id('r')), reloaded.secretsOf(id('other'))]).toEqual([{ invite: 'i' }, {}])
    expect((await loadPage(new Map(), browser)).secretsOf(id('r'))).toEqual({})
  })

  it('are kept for the browser that has made the call, for the last of them', async () => {
    const browser = new Map()
    const page = await loadPage(new Map(), browser)
    for (let at = 0; at < 21; at++) page.keepMade(id(`r${at}`), `secret ${at}`)
    const later = await loadPage(new Map(), browser)
    expect(later.secretsOf(id('r20'))).toEqual({ hostSecret: 'secret 20' })
    expect([later.secretsOf(id('r1')), later.secretsOf(id('r0'))]).toEqual([{ hostSecret: 'secret 1' }, {}])
  })

  it('last as long as the page where nothing may be stored, or what is stored makes no sense', async () => {
    const page = await loadPage(new Map([['tertulia.link.r', '{']]), new Map([['tertulia.made', '{']]))
    vi.unstubAllGlobals()
    expect(page.secretsOf(id('r'))).toEqual({})
    page.keepMade(id('r'), 'secret')
    expect(page.secretsOf(id('r'))).toEqual({ hostSecret: 'secret' })
  })
})
