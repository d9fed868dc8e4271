import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { FuzzClient } from '../../tests/support/fuzz/FuzzClient.ts'
import { fullCapabilities } from '../../tests/support/rtp.ts'

/** One thing that a stranger may do for a while, as hard as one process can; ends when `signal` says so. */
export type Attack = (target: { url: string; token: () => Promise<string>; signal: AbortSignal }) => Promise<void>

const UPGRADE =
  'GET /ws/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

/** Comes back whenever it is thrown out, and does its worst again. */
function again(act: (client: FuzzClient) => void | Promise<void>): Attack {
  return async ({ url, token, signal }) => {
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
  return async ({ url, signal }) => {
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
  'connections, 500 a second': connections({ perSecond: 500, text: UPGRADE }),
  'requests that never end': connections({ perSecond: 200, text: 'GET / HTTP/1.1\r\nX: ', drip: 'x' }),
}
