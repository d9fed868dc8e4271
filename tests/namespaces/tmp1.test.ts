import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { closeBrowsers } from '../support/browsers.ts'
import { CallPage } from '../support/callPage.ts'
import { FrontDoor } from '../support/FrontDoor.ts'
import { NodeHosts } from '../support/NodeHosts.ts'
import { namespaceTest } from '../support/namespaces.ts'

namespaceTest('x', async () => {
  const net = await NodeHosts.start()
  net.addHost('a')
  const door = await FrontDoor.open({ a: net.urlOf('a') })
  await net.startNode('a', { NODE_URL: `${door.url}/n/a` })
  onTestFinished(closeBrowsers)
  const ana = await CallPage.join('chromium', door.url, { room: 'x', name: 'Ana' })
  const ben = await CallPage.join('firefox', door.url, { room: 'x', name: 'Ben' })
  await delay(6000)
  console.log(JSON.stringify(await ben.stats(), null, 1))
  console.log(JSON.stringify((await ana.stats()).sent, null, 1))
})
