/**
 * A line with a delay, as a process of its own: passes UDP on between whoever sends to its port and one address.
 * Arguments: port, target address, delay each way in milliseconds.
 */
import { createSocket, type Socket } from 'node:dgram'

const [port, target, delay] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4])]
const BUFFER_BYTES = 4_000_000

const front = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES })
/** One for each sender, so that answers find their way back. */
const backs = new Map<string, Socket>()

front.on('message', (packet, sender) => {
  const key = `${sender.address}:${sender.port}`
  let back = backs.get(key)
  if (!back) {
    back = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES })
    back.on('message', (answer) => setTimeout(() => front.send(answer, sender.port, sender.address), delay))
    backs.set(key, back)
  }
  const to = back
  setTimeout(() => to.send(packet, port, target), delay)
})
front.bind(port, () => console.log('ready'))
