import { io, type Socket } from 'socket.io-client'
import { Compile } from 'typebox/compile'
import { expect, onTestFinished } from 'vitest'
import { SfuError, type WireError } from '../../shared/errors.ts'
import type { ProducerId } from '../../shared/ids.ts'
import type { Source } from '../../shared/media.ts'
import { NOTIFICATIONS, type NotificationData, type NotificationName } from '../../shared/notifications.ts'
import {
  type Ack,
  type Placement,
  type PlacementRequest,
  PROTOCOL_VERSION,
  SOCKET_PATH,
} from '../../shared/protocol.ts'
import { type Input, type Output, REQUESTS, type RequestName } from '../../shared/requests.ts'
import { fullCapabilities, opusParameters, vp8Parameters } from './rtp.ts'
import { until } from './until.ts'

/** Who comes where; with `token`, the socket is opened by that alone. */
type Visit = { room: string; name?: string; token?: string; credentials?: Partial<PlacementRequest> }
type Received = { name: string; data: unknown; seq: number }

const outputs = new Map(Object.entries(REQUESTS).map(([name, row]) => [name, Compile(row.output)]))
const notifications = new Map(Object.entries(NOTIFICATIONS).map(([name, schema]) => [name, Compile(schema)]))

/** A client of bare messages: checks every answer and notification against the contract, and that no `seq` is missing. */
export class SignalingPeer {
  readonly socket: Socket
  readonly received: Received[] = []
  joined: Output<'join'> | undefined
  /** How the last resume was answered. */
  resumed: Output<'resume'> | undefined

  private constructor(socket: Socket) {
    this.socket = socket
    socket.onAny((name: string, data: unknown, seq: number) => {
      this.received.push({ name, data, seq })
    })
  }

  /** Opens the socket with a token for the room; does not join yet. */
  static async open(url: string, options: Visit): Promise<SignalingPeer> {
    const { room, token = (await place(url, room, options.name ?? 'Someone', options.credentials)).token } = options
    const socket = connect(url, { token, protocol: PROTOCOL_VERSION })
    const peer = new SignalingPeer(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
    })
    return peer
  }

  static async join(url: string, options: Visit & Partial<Input<'join'>>) {
    const { room, name, token, credentials, ...input } = options
    const peer = await SignalingPeer.open(url, {
      room,
      ...(name !== undefined && { name }),
      ...(token !== undefined && { token }),
      ...(credentials && { credentials }),
    })
    peer.joined = await peer.request('join', { rtpCapabilities: fullCapabilities(), ...input })
    return peer
  }

  /** Comes back over a new socket, as the SDK would: with the last ticket and the number of the last notification. */
  static async resume(url: string, before: SignalingPeer, lastSeq = before.lastSeq): Promise<SignalingPeer> {
    const peer = await SignalingPeer.open(url, { room: 'unused', token: before.ticket })
    peer.resumed = await peer.request('resume', { lastSeq })
    peer.joined = before.joined
    return peer
  }

  /** Loses the socket without a word, as a network does. */
  drop(): void {
    this.socket.io.engine.close()
  }

  get lastSeq(): number {
    return this.received.at(-1)?.seq ?? this.resumed?.seq ?? 0
  }

  /** The last one that it was given. */
  get ticket(): string {
    const [last] = this.all('ticketChanged').slice(-1)
    return last?.ticket ?? this.resumed?.ticket ?? this.joined?.ticket ?? ''
  }

  get id() {
    if (!this.joined) throw new Error('not joined')
    return this.joined.peerId
  }

  /** @throws SfuError with the server's code */
  async request<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>> {
    const answer = await this.send(name, input)
    if (!answer.ok) throw new SfuError(answer.error.code, answer.error.message)
    const validator = outputs.get(name)
    expect(validator?.Errors(answer.data)).toEqual([])
    return answer.data as Output<N>
  }

  /** Anything under any name, as a careless or hostile client would. */
  async send(name: string, ...payload: unknown[]): Promise<Ack<unknown>> {
    return (await this.socket.timeout(5000).emitWithAck(name, ...payload)) as Ack<unknown>
  }

  async publish(
    source: Source,
    options: Partial<Pick<Input<'produce'>, 'paused' | 'replaces' | 'rtpParameters'>> = {},
  ): Promise<ProducerId> {
    if (!this.joined) throw new Error('not joined')
    const rtpParameters = source === 'cam' || source === 'screen' ? vp8Parameters() : opusParameters()
    const transportId = this.joined.sendTransport.id
    return (await this.request('produce', { transportId, source, rtpParameters, ...options })).producerId
  }

  /** The notifications of one name so far, each checked against the contract. */
  all<N extends NotificationName>(name: N): NotificationData<N>[] {
    const before = this.resumed?.seq ?? 0
    expect(this.received.map(({ seq }) => seq)).toEqual(this.received.map((_, at) => before + at + 1))
    return this.received
      .filter((notification) => notification.name === name)
      .map(({ data }) => {
        expect(notifications.get(name)?.Errors(data)).toEqual([])
        return data as NotificationData<N>
      })
  }

  /** Waits for the first notification of a name that fits. */
  async next<N extends NotificationName>(
    name: N,
    fits: (data: NotificationData<N>) => boolean = () => true,
  ): Promise<NotificationData<N>> {
    await until(() => this.all(name).some(fits), { what: `a ${name}` })
    return this.all(name).find(fits) as NotificationData<N>
  }
}

export async function place(
  url: string,
  room: string,
  name: string,
  credentials: Partial<PlacementRequest> = {},
): Promise<Placement> {
  const { status, body } = await post(`${url}/api/v1/rooms/${room}/join`, { name, ...credentials })
  const refusal = body as { error?: WireError }
  if (refusal.error) throw new SfuError(refusal.error.code, refusal.error.message)
  expect(status).toBe(200)
  return body as Placement
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
  const response = await fetch(url, init)
  return { status: response.status, body: await response.json() }
}

/** A socket that the test closes by itself. */
export function connect(url: string, auth: Record<string, unknown>, extraHeaders: Record<string, string> = {}): Socket {
  const socket = io(url, {
    path: SOCKET_PATH,
    transports: ['websocket'],
    auth,
    extraHeaders,
    reconnection: false,
    forceNew: true,
  })
  onTestFinished(() => {
    socket.disconnect()
  })
  return socket
}
