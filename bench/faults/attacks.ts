import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { PROTOCOL_VERSION } from '../../shared/protocol.ts'
import type { Output } from '../../shared/requests.ts'
import { FuzzClient } from '../../tests/support/fuzz/FuzzClient.ts'
import { fullCapabilities, opusParameters } from '../../tests/support/rtp.ts'

type Target = {
  url: string
  token: () => Promise<string>
  /** To be called when it is under way. */
  ready: () => void
  signal: AbortSignal
}

/** One thing that a stranger may do for a while, as hard as one process can; ends when `signal` says so. */
export type Attack = (target: Target) => Promise<void>

const RUN_UP_MS = 1000

const UPGRADE =
  'GET /ws/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

/** Comes back whenever it is thrown out, and does its worst again. */
function again(act: (client: FuzzClient) => void | Promise<void>): Attack {
  return async ({ url, token, ready, signal }) => {
    setTimeout(ready, RUN_UP_MS)
    while (!signal.aborted) {
      const client = await token()
        .then((text) => FuzzClient.open(url, text))
        .catch(() => undefined)
      if (client) await act(client)
      client?.close()
      await delay(client ? 1 : 50)
    }
  }
}

const join = (client: FuzzClient) => client.send(client.encode('join', [{ rtpCapabilities: fullCapabilities() }]))

/** Opens connections at a rate, keeps them and sends some bytes on each. */
function connections({ perSecond, text, drip }: { perSecond: number; text: string; drip?: string }): Attack {
  return async ({ url, ready, signal }) => {
    setTimeout(ready, RUN_UP_MS)
    const sockets = new Set<Socket>()
    while (!signal.aborted) {
      for (let at = 0; at < perSecond / 20; at++) {
        const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
        sockets.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => sockets.delete(socket))
        socket.resume()
        socket.write(text)
      }
      if (drip) for (const socket of sockets) socket.write(drip)
      await delay(50)
    }
    for (const socket of sockets) socket.destroy()
  }
}

/** Websockets with a session, each from one of many addresses; `open` tells how many are. */
class Crowd {
  open = 0
  readonly #sockets = new Set<Socket>()
  readonly #port: number
  readonly #hello: Buffer

  constructor(url: string, token: string) {
    this.#port = Number(new URL(url).port)
    this.#hello = frame(`40${JSON.stringify({ token, protocol: PROTOCOL_VERSION })}`)
  }

  enter(at: number): Socket {
    const localAddress = `127.0.${1 + (Math.floor(at / 250) % 250)}.${1 + (at % 250)}`
    const socket = connect({ port: this.#port, host: '127.0.0.1', localAddress })
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.write(UPGRADE)
    let isOpen = false
    socket.on('data', (data) => {
      const text = data.toString('latin1')
      if (text.includes('40{"sid"')) {
        isOpen = true
        this.open++
      } else if (text.includes('0{"sid"')) socket.write(this.#hello)
      if (data.at(-1) === PING) socket.write(frame('3'))
    })
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (isOpen) this.open--
    })
    return socket
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

const PING = 0x32

/** A client's text frame, masked with zeros (RFC 6455, section 5.2). */
function frame(text: string): Buffer {
  const body = Buffer.from(text)
  const length = body.length < 126 ? [0x80 | body.length] : [0x80 | 126, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), body])
}

const IDLE = 10_000

const idleSockets: Attack = async ({ url, token, ready, signal }) => {
  const crowd = new Crowd(url, await token())
  for (let at = 0; at < IDLE && !signal.aborted; at++) {
    crowd.enter(at)
    if (at % 100 === 99) await delay(50)
  }
  await delay(RUN_UP_MS)
  console.log(`  ${crowd.open} of ${IDLE} sockets are open`)
  ready()
  await aborted(signal)
  crowd.close()
}

/** Each says who it is, and goes; all from the same hundreds of addresses. */
const sockets500: Attack = async ({ url, token, ready, signal }) => {
  setTimeout(ready, RUN_UP_MS)
  const crowd = new Crowd(url, await token())
  for (let at = 0; !signal.aborted; at++) {
    const socket = crowd.enter(at % 20_000)
    setTimeout(() => socket.destroy(), 2000)
    if (at % 25 === 24) await delay(50)
  }
  crowd.close()
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

export const ATTACKS: Record<string, Attack> = {
  'messages, 5,000 a second': again(async (client) => {
    await join(client)
    for (let rounds = 0; rounds < 20 && !client.closed; rounds++) {
      for (let at = 0; at < 250; at++) client.sendRaw('42["setViewport",{"tiles":[]}]')
      await delay(50)
    }
  }),
  'messages of 64 KiB + 1': again(async (client) => {
    client.sendRaw(`42["sendChat",{"text":"${'x'.repeat(65_537)}"}]`)
    await delay(5)
  }),
  'messages nested 10,000 deep': again(async (client) => {
    for (let at = 0; at < 20; at++) client.sendRaw(`42["setViewport",${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}]`)
    await delay(5)
  }),
  'joining and leaving': again(async (client) => {
    await join(client)
    await client.send('["leave",{}]')
  }),
  'transports and tracks, as many as it gets': again(async (client) => {
    const answer = await join(client)
    const id = typeof answer === 'object' && answer.ok && (answer.data as Output<'join'>).sendTransport.id
    if (!id) return
    for (let rounds = 0; rounds < 50 && !client.closed; rounds++) {
      await client.send(client.encode('warmUp', [{ rtpCapabilities: fullCapabilities() }]))
      const rtpParameters = opusParameters()
      await client.send(client.encode('produce', [{ transportId: id, source: 'mic', rtpParameters }]))
    }
  }),
  '10,000 idle sockets': idleSockets,
  'sockets, 500 a second': sockets500,
  'connections, 500 a second': connections({ perSecond: 500, text: UPGRADE }),
  'requests that never end': connections({ perSecond: 200, text: 'GET / HTTP/1.1\r\nX: ', drip: 'x' }),
}
