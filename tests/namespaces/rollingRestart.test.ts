/** Nodes that are told to stop, one after the other, under a call of real browsers. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import { type BrowserName, closeBrowsers } from '../support/browsers.ts'
import { CallPage } from '../support/callPage.ts'
import { FrontDoor } from '../support/FrontDoor.ts'
import { NodeHosts } from '../support/NodeHosts.ts'
import { namespaceTest } from '../support/namespaces.ts'
import { until } from '../support/until.ts'

const ROOM = 'rolling'
const NODES = ['a', 'b'] as const

/** Two nodes behind one front door, as compose starts them. */
async function startNodes() {
  const net = await NodeHosts.start()
  for (const name of NODES) net.addHost(name)
  const door = await FrontDoor.open(Object.fromEntries(NODES.map((name) => [name, net.urlOf(name)])))
  const start = (name: string) => net.startNode(name, { NODE_URL: `${door.url}/n/${name}`, STOP_GRACE: '6' })
  const servers = new Map(await Promise.all(NODES.map(async (name) => [name, await start(name)] as const)))
  await net.untilKnown(NODES)
  return { net, door, start, servers }
}

/** Somebody on a node, whose page remembers whether it was ever without its call, or loaded anew. */
async function join(browser: BrowserName, door: FrontDoor, name: string, region: string): Promise<CallPage> {
  const call = await CallPage.join(browser, door.url, { room: ROOM, name, query: { region } })
  await call.page.evaluate(() => {
    const states = [document.documentElement.dataset.connection]
    const observer = new MutationObserver(() => {
      const now = document.documentElement.dataset.connection
      if (now !== states.at(-1)) states.push(now)
    })
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-connection'] })
    Object.assign(window, { connectionStates: states })
  })
  return call
}

const connectionStates = ({ page }: CallPage): Promise<string[] | undefined> =>
  page.evaluate(() => (window as unknown as { connectionStates?: string[] }).connectionStates)

const texts = ({ page }: CallPage): Promise<string[]> =>
  page.evaluate(() =>
    (window as unknown as { tertulia: { state: { chat: { text: string }[] } } }).tertulia.state.chat.map(
      ({ text }) => text,
    ),
  )

const role = ({ page }: CallPage): Promise<string> =>
  page.evaluate(
    () => (window as unknown as { tertulia: { state: { access: { role: string } } } }).tertulia.state.access.role,
  )

const say = ({ page }: CallPage, text: string): Promise<unknown> =>
  page.evaluate(
    (words) =>
      (window as unknown as { tertulia: { sendChat(text: string): Promise<unknown> } }).tertulia.sendChat(words),
    text,
  )

/** The longest that a viewer got no new picture of somebody while something else went on, milliseconds. */
async function longestGap(viewer: CallPage, peerId: string, during: Promise<unknown>): Promise<number> {
  let going = true
  const stop = () => {
    going = false
  }
  during.then(stop, stop)
  let [seen, at, longest] = [await viewer.frames(peerId), performance.now(), 0]
  while (going) {
    await delay(100)
    const frames = await viewer.frames(peerId)
    longest = Math.max(longest, performance.now() - at)
    // After a move it is counted anew.
    if (frames !== seen && frames > 0) [seen, at] = [frames, performance.now()]
  }
  return Math.round(longest)
}

namespaceTest('nodes restart one after the other under a call, and nobody is thrown out', async () => {
  const { net, door, start, servers } = await startNodes()
  onTestFinished(closeBrowsers)
  const [ana, ben] = [await join('chromium', door, 'Ana', 'a'), await join('firefox', door, 'Ben', 'b')]
  const [anaId = '', benId = ''] = await Promise.all([ana, ben].map((call) => call.peerId()))
  await Promise.all([ana.seesAndHears([benId]), ben.seesAndHears([anaId])])
  await say(ana, 'before')
  await until(async () => (await texts(ben)).includes('before'), { what: 'the message at Ben' })

  for (const node of NODES) {
    const server = servers.get(node)
    const left = (async () => {
      expect(await net.drain(node)).toBe(202)
      expect(await server?.exited).toBe(0)
      door.kill(node)
    })()
    const gaps = await Promise.all([longestGap(ana, benId, left), longestGap(ben, anaId, left)])
    await left
    console.log(`${node} left: longest time without a new picture ${gaps.join(' and ')} ms`)
    await Promise.all([ana.seesAndHears([benId]), ben.seesAndHears([anaId])])
    expect(Math.max(...gaps)).toBeLessThan(3000)
    servers.set(node, await start(node))
    door.restore(node)
    await net.untilKnown(NODES)
  }

  expect(await Promise.all([ana, ben].map((call) => call.peerId()))).toEqual([anaId, benId])
  for (const call of [ana, ben]) expect(await connectionStates(call)).toEqual(['connected'])
  expect(await role(ana)).toBe('host')
  expect(await role(ben)).toBe('speaker')
  await say(ben, 'after')
  for (const call of [ana, ben])
    await until(async () => (await texts(call)).join() === 'before,after', { what: 'the whole conversation' })
})
