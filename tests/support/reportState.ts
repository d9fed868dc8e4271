/**
 * Loaded into a server (`--import`, with `--expose-gc`): at SIGUSR2 it says in one line what it holds, after a garbage
 * collection. What is in the workers is counted by what mediasoup tells of it.
 */
import { observer, type types } from 'mediasoup'

const open = { routers: 0, transports: 0, producers: 0, consumers: 0 }
const workers = new Set<types.Worker>()

type Closable = { observer: { once(event: 'close', listener: () => void): unknown } }

function count(kind: keyof typeof open, { observer }: Closable): void {
  open[kind]++
  observer.once('close', () => open[kind]--)
}

observer.on('newworker', (worker) => {
  workers.add(worker)
  worker.observer.once('close', () => workers.delete(worker))
  worker.observer.on('newrouter', (router) => {
    count('routers', router)
    router.observer.on('newtransport', (transport) => {
      count('transports', transport)
      transport.observer.on('newproducer', (producer) => count('producers', producer))
      transport.observer.on('newconsumer', (consumer) => count('consumers', consumer))
    })
  })
})

const listenersOf = (emitter: { eventNames(): (string | symbol)[]; listenerCount(name: never): number }) =>
  emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name as never), 0)

process.on('SIGUSR2', () => {
  globalThis.gc?.()
  const resources = process.getActiveResourcesInfo()
  const state = {
    ...open,
    workers: workers.size,
    listeners: listenersOf(process) + [...workers].reduce((sum, worker) => sum + listenersOf(worker), 0),
    sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
    timers: resources.filter((name) => name === 'Timeout').length,
    heapMb: process.memoryUsage().heapUsed / 1e6,
  }
  console.log(`state ${JSON.stringify(state)}`)
})
