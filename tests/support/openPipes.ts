import { observer, type types } from 'mediasoup'

/** Every pipe transport of mediasoup in this process that is open, ours or not; begins with the workers made from then on. */
export function watchPipes() {
  const transports = new Set<types.Transport>()
  const carried = new Set<types.Producer | types.Consumer>()
  const watchRouter = (router: types.Router) =>
    router.observer.on('newtransport', (transport) => {
      if (transport.type !== 'pipe') return
      transports.add(transport)
      transport.observer.on('close', () => transports.delete(transport))
      transport.observer.on('newproducer', (producer) => {
        carried.add(producer)
        producer.observer.on('close', () => carried.delete(producer))
      })
      transport.observer.on('newconsumer', (consumer) => {
        carried.add(consumer)
        consumer.observer.on('close', () => carried.delete(consumer))
      })
    })
  observer.on('newworker', (worker) => worker.observer.on('newrouter', watchRouter))
  return {
    /** Between nodes; those between workers stay as long as their routers. */
    get betweenNodes(): number {
      return [...transports].filter((transport) => 'srtpParameters' in transport && transport.srtpParameters).length
    },
    /** Producers and consumers on any of them. */
    get carried(): number {
      return carried.size
    },
  }
}
