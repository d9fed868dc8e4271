/** Where a client asks for its server, and whom it asks when nobody answers there. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Doors } from '../../client/sdk/placement.ts'
import type { Placement } from '../../shared/protocol.ts'

const visit = { roomId: 'room', name: 'Ana' }
const never = new AbortController().signal

/** What each origin or path answers; undefined: nothing. */
function stubNodes(answers: Record<string, Partial<Placement> | { error: object } | 'silent' | undefined>) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string, { signal }: RequestInit) => {
    const door = url.replace(/\/api\/v1\/rooms\/room\/join$/, '')
    asked.push(door)
    const answer = answers[door]
    if (answer === undefined) throw new TypeError('connection refused')
    if (answer === 'silent')
      return await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    const body =
      'error' in answer ? answer : { nodeUrl: '', token: 't', rtpCapabilities: {}, iceServers: [], ...answer }
    return new Response(JSON.stringify(body))
  })
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  return { asked, answers }
}

describe('the address of a node', () => {
  it.each([
    ['', 'https://call.example', 'https://call.example'],
    ['', 'https://call.example/n/b', 'https://call.example/n/b'],
    ['/n/a', 'https://call.example', 'https://call.example/n/a'],
    ['/n/a', 'https://call.example/n/b', 'https://call.example/n/a'],
    ['https://a.example', 'https://call.example', 'https://a.example'],
    ['https://a.example/', 'https://call.example', 'https://a.example'],
    ['https://call.example/n/a/', 'https://call.example', 'https://call.example/n/a'],
  ])('"%s" told by %s is %s', async (nodeUrl, door, whole) => {
    stubNodes({ [door]: { nodeUrl } })
    expect((await new Doors(door).ask(visit, never)).nodeUrl).toBe(whole)
  })
})

describe('a client that asks for its server', () => {
  it('asks where it began, and knows of nobody else with a single node', async () => {
    const { asked } = stubNodes({ 'https://a.example': {} })
    const doors = new Doors('https://a.example')
    await doors.ask(visit, never)
    await doors.ask(visit, never)
    expect(asked).toEqual(['https://a.example', 'https://a.example'])
  })

  it('asks the nodes that it has heard of where nobody answers there, the one it was on first', async () => {
    const { asked, answers } = stubNodes({
      'https://a.example': { nodeUrl: 'https://b.example', fallbackUrls: ['https://a.example', '/n/c'] },
      'https://a.example/n/c': { nodeUrl: 'https://d.example' },
    })
    const doors = new Doors('https://a.example')
    await doors.ask(visit, never)
    answers['https://a.example'] = undefined
    asked.length = 0
    expect((await doors.ask(visit, never)).nodeUrl).toBe('https://d.example')
    expect(asked).toEqual(['https://a.example', 'https://b.example', 'https://a.example/n/c'])
  })

  it('takes a refusal for an answer', async () => {
    const { asked, answers } = stubNodes({ 'https://a.example': { fallbackUrls: ['https://b.example'] } })
    const doors = new Doors('https://a.example')
    await doors.ask(visit, never)
    answers['https://a.example'] = { error: { code: 'roomLocked' } }
    asked.length = 0
    await expect(doors.ask(visit, never)).rejects.toMatchObject({ code: 'roomLocked' })
    expect(asked).toHaveLength(1)
  })

  it('says what the first door said where nobody answers', async () => {
    stubNodes({})
    await expect(new Doors('https://a.example').ask(visit, never)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('https://a.example'),
    })
  })

  it('gives a door that is silent no more than a moment where there are others', async () => {
    const { answers } = stubNodes({
      'https://a.example': { fallbackUrls: ['https://b.example'] },
      'https://b.example': {},
    })
    const doors = new Doors('https://a.example')
    await doors.ask(visit, never)
    answers['https://a.example'] = 'silent'
    const began = performance.now()
    expect((await doors.ask(visit, never)).nodeUrl).toBe('https://b.example')
    expect(performance.now() - began).toBeLessThan(4000)
  })

  it('asks nobody any more when it is given up', async () => {
    const { asked, answers } = stubNodes({ 'https://a.example': { fallbackUrls: ['https://b.example'] } })
    const doors = new Doors('https://a.example')
    await doors.ask(visit, never)
    answers['https://a.example'] = 'silent'
    asked.length = 0
    const given = new AbortController()
    const asking = doors.ask(visit, given.signal)
    given.abort(new Error('given up'))
    await expect(asking).rejects.toThrow('given up')
    expect(asked).toEqual(['https://a.example'])
  })

  it('names the region with a ticket as well, and nothing else', async () => {
    const bodies: unknown[] = []
    stubNodes({})
    vi.stubGlobal('fetch', async (_: string, { body }: RequestInit) => {
      bodies.push(JSON.parse(String(body)))
      throw new TypeError('no')
    })
    await expect(new Doors('https://a.example').ask({ ...visit, region: 'eu', ticket: 'x' }, never)).rejects.toThrow()
    expect(bodies).toEqual([{ ticket: 'x', region: 'eu' }])
  })
})
