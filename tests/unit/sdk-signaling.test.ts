import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { types } from 'mediasoup-client'
import { Server, type Socket } from 'socket.io'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Notification, SignalingClient } from '../../client/sdk/SignalingClient.ts'
import { watchTransport } from '../../client/sdk/transportWatch.ts'
import { SfuError } from '../../shared/errors.ts'
import { PROTOCOL_VERSION, SOCKET_PATH } from '../../shared/protocol.ts'
import { until } from '../support/until.ts'

type Answer = (answer: unknown) => void

/** A server that says what the test wants. */
async function startServer(handle: (socket: Socket) => void, admit: (auth: unknown) => unknown = () => undefined) {
  const http = createServer()
  const io = new Server(http, { path: SOCKET_PATH, transports: ['websocket'] })
  io.use((socket, next) => {
    const refusal = admit(socket.handshake.auth)
    next(refusal === undefined ? undefined : Object.assign(new Error('refused'), { data: refusal }))
  })
  io.on('connection', handle)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => io.close())
  const { port } = http.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

async function open(url: string, signal = new AbortController().signal) {
  const heard = { notifications: [] as Notification['name'][], gaps: [] as string[], lost: [] as string[] }
  const client = await SignalingClient.open({ url, token: 'token', signal })
  onTestFinished(() => client.close())
  client.onNotification = ({ name }) => heard.notifications.push(name)
  client.onGap = (detail) => heard.gaps.push(detail)
  client.onLost = (detail) => heard.lost.push(detail)
  return { client, heard }
}

const leave = (client: SignalingClient) => client.request('leave', {}, 100)

describe('the handshake', () => {
  it('carries the token and the version', async () => {
    const admit = vi.fn()
    await open(await startServer(() => {}, admit))
    expect(admit).toHaveBeenCalledWith({ token: 'token', protocol: PROTOCOL_VERSION })
  })

  it.each([
    { what: 'a known refusal', data: new SfuError('unauthorized').toWire(), code: 'unauthorized' },
    {
      what: 'one of a newer server',
      data: { code: 'fromTheFuture', message: 'x', retryable: false },
      code: 'internal',
    },
    { what: 'a refusal without a code', data: 'no', code: 'unreachable' },
  ])('ends with $what', async ({ data, code }) => {
    const url = await startServer(
      () => {},
      () => data,
    )
    await expect(open(url)).rejects.toMatchObject({ code })
  })

  it('is given up when nobody wants it any more', async () => {
    const controller = new AbortController()
    const opening = open(await startServer(() => {}), controller.signal)
    controller.abort(new SfuError('roomClosed'))
    await expect(opening).rejects.toMatchObject({ code: 'roomClosed' })
  })
})

describe('a request', () => {
  it.each<{ what: string; reply: (answer: Answer, socket: Socket) => void; expected: object }>([
    { what: 'its data', reply: (answer) => answer({ ok: true, data: { a: 1 } }), expected: { a: 1 } },
    {
      what: 'its refusal',
      reply: (answer) => answer({ ok: false, error: new SfuError('notAllowed', 'no').toWire() }),
      expected: { name: 'SfuError', code: 'notAllowed', message: 'no' },
    },
    { what: 'timeout without an answer', reply: () => {}, expected: { code: 'timeout' } },
    {
      what: 'unreachable when the socket goes',
      reply: (_answer, socket) => socket.disconnect(true),
      expected: { code: 'unreachable' },
    },
  ])('comes back with $what', async ({ reply, expected }) => {
    const url = await startServer((socket) => {
      socket.on('leave', (_input, answer: Answer) => reply(answer, socket))
    })
    const { client } = await open(url)
    expect(await leave(client).catch((error: unknown) => error)).toMatchObject(expected)
  })

  it('is refused at once after the end', async () => {
    const { client } = await open(await startServer(() => {}))
    client.close()
    await expect(leave(client)).rejects.toMatchObject({ code: 'unreachable' })
  })
})

describe('notifications', () => {
  it('come in order, each once', async () => {
    const { heard } = await open(
      await startServer((socket) => {
        setTimeout(() => {
          for (const seq of [1, 2, 2, 1, 3]) socket.emit('speakersChanged', { speakers: [] }, seq)
        }, 20)
      }),
    )
    await until(() => heard.notifications.length === 3)
    expect(heard.gaps).toEqual([])
  })

  it('are no longer to be trusted after a gap', async () => {
    const { client, heard } = await open(
      await startServer((socket) => {
        setTimeout(() => {
          for (const seq of [1, 3, 4]) socket.emit('speakersChanged', { speakers: [] }, seq)
        }, 20)
      }),
    )
    await until(() => client.closed)
    expect(heard).toMatchObject({ notifications: ['speakersChanged'], lost: [] })
    expect(heard.gaps).toHaveLength(1)
  })

  it('end with the socket, which is told once', async () => {
    const sockets: Socket[] = []
    const { client, heard } = await open(await startServer((socket) => void sockets.push(socket)))
    for (const socket of sockets) socket.disconnect(true)
    await until(() => client.closed)
    expect(heard.lost).toHaveLength(1)
  })
})

describe('a transport', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  const watched = () => {
    const listeners = new Set<(state: string) => void>()
    const transport = {
      direction: 'recv',
      on: (_name: string, listener: (state: string) => void) => listeners.add(listener),
      off: (_name: string, listener: (state: string) => void) => listeners.delete(listener),
    }
    const failures: boolean[] = []
    const down: boolean[] = []
    const lost = vi.fn()
    const unwatch = watchTransport(transport as unknown as types.Transport, () => {}, {
      onConnected: () => {},
      onDisconnected: () => {},
      onLost: lost,
      onFailed: (ever) => failures.push(ever),
      onDown: (is) => down.push(is),
    })
    const become = (state: string) => {
      for (const listener of listeners) listener(state)
    }
    return { failures, down, lost, unwatch, listeners, become }
  }

  it('has failed when it stays so', () => {
    const { failures, become } = watched()
    for (const state of ['connecting', 'connected', 'disconnected', 'failed']) become(state)
    vi.advanceTimersByTime(5000)
    expect(failures).toEqual([true])
  })

  it('is lost when it stays disconnected for more than a moment', () => {
    const { lost, become } = watched()
    for (const state of ['connecting', 'connected', 'disconnected']) become(state)
    vi.advanceTimersByTime(2000)
    become('connected')
    become('disconnected')
    vi.advanceTimersByTime(2000)
    expect(lost).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1000)
    expect(lost).toHaveBeenCalledOnce()
  })

  it('is down while nothing gets through', () => {
    const { down, become } = watched()
    for (const state of ['connecting', 'connected', 'disconnected', 'connected']) become(state)
    expect(down).toEqual([true, false, true, false])
  })

  it('has not when it recovers', () => {
    const { failures, become } = watched()
    for (const state of ['connecting', 'failed', 'connected']) become(state)
    vi.advanceTimersByTime(5000)
    expect(failures).toEqual([])
  })

  it('is known never to have worked', () => {
    const { failures, become } = watched()
    for (const state of ['connecting', 'failed']) become(state)
    vi.advanceTimersByTime(5000)
    expect(failures).toEqual([false])
  })

  it('leaves nothing behind', () => {
    const { failures, become, unwatch, listeners } = watched()
    become('failed')
    unwatch()
    vi.advanceTimersByTime(5000)
    expect(failures).toEqual([])
    expect(listeners.size).toBe(0)
  })
})
