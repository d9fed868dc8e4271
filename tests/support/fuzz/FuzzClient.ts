import type { NotificationData } from '../../../shared/notifications.ts'
import type { Ack } from '../../../shared/protocol.ts'
import { PROTOCOL_VERSION } from '../../../shared/protocol.ts'
import type { Output } from '../../../shared/requests.ts'

export type Outcome = Ack<unknown> | 'closed' | 'unanswered'

const ANSWER_DEADLINE_MS = 5000

/** A client of bare packets (Engine.IO 4, socket.io 5), which sends what no library would. One request at a time. */
export class FuzzClient {
  closed = false
  readonly #socket: WebSocket
  /** What it has heard of, by the names under which the contract asks for it. */
  readonly #ids = new Map<string, string[]>()
  #lastId = 0
  #waiting: { id: number; settle: (outcome: Outcome) => void } | undefined
  #connected: (() => void) | undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => this.#handle(String(data)))
    socket.addEventListener('error', () => {})
    socket.addEventListener('close', () => {
      this.closed = true
      this.#connected?.()
      this.#waiting?.settle('closed')
    })
  }

  static async open(url: string, token: string): Promise<FuzzClient> {
    const client = new FuzzClient(new WebSocket(`${url.replace('http', 'ws')}/ws/?EIO=4&transport=websocket`))
    await new Promise<void>((resolve) => {
      client.#connected = resolve
      client.#socket.addEventListener('open', () =>
        client.#socket.send(`40${JSON.stringify({ token, protocol: PROTOCOL_VERSION })}`),
      )
    })
    if (client.closed) throw new Error('the server let no client in')
    return client
  }

  /** The message as it goes over the wire, with this client's own ids. */
  encode(name: string, payload: readonly unknown[]): string {
    return JSON.stringify([name, ...payload])
      .replace(/"@raw:((?:[^"\\]|\\.)*)"/g, (_, text: string) => unquoted(text))
      .replace(/"@(\w+):(\d+)"/g, (_, key: string, at: string) => JSON.stringify(this.#idFor(key, Number(at))))
  }

  /** Sends a text as the arguments of an event and waits for the answer, or for the end. */
  send(text: string, { binary = false } = {}): Promise<Outcome> {
    if (this.closed) return Promise.resolve('closed')
    const id = ++this.#lastId
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle('unanswered'), ANSWER_DEADLINE_MS)
      const settle = (outcome: Outcome) => {
        clearTimeout(timer)
        this.#waiting = undefined
        resolve(outcome)
      }
      this.#waiting = { id, settle }
      if (!binary) this.#socket.send(`42${id}${text}`)
      else {
        this.#socket.send(`451-${id}${text.replace(/\]$/, ',{"_placeholder":true,"num":0}]')}`)
        this.#socket.send(new Uint8Array(4))
      }
    })
  }

  /** Anything below an event. */
  sendRaw(frame: string | Uint8Array<ArrayBuffer>): void {
    if (!this.closed) this.#socket.send(frame)
  }

  learn(output: unknown): void {
    const { sendTransport, recvTransport, consumers, peers, producerId, message } = (output ?? {}) as Partial<
      Output<'join'> & Output<'produce'> & Output<'sendChat'>
    >
    if (sendTransport && recvTransport)
      this.#ids.set('transportId', [sendTransport.id, sendTransport.id, recvTransport.id])
    this.#add('consumerIds', ...(consumers ?? []).map(({ id }) => id))
    this.#add('peerId', ...(peers ?? []).map(({ id }) => id))
    this.#add('messageId', ...(message ? [message.id] : []))
    this.#add('producerId', ...(producerId === undefined ? [] : [producerId]))
  }

  close(): void {
    this.#socket.close()
  }

  #add(key: string, ...ids: string[]): void {
    this.#ids.set(key, [...(this.#ids.get(key) ?? []), ...ids].slice(-8))
  }

  #idFor(key: string, at: number): string {
    const alias = { to: 'peerId', applied: 'consumerIds' }[key] ?? key
    const known = this.#ids.get(alias) ?? []
    // One in a few is somebody else's.
    if (at < 2 || known.length === 0) return STRANGERS[at % STRANGERS.length] as string
    return known[at % known.length] as string
  }

  #handle(packet: string): void {
    if (packet.startsWith('2')) this.#socket.send('3')
    else if (packet.startsWith('0')) return
    else if (packet.startsWith('40')) this.#connected?.()
    else if (packet.startsWith('44')) this.#socket.close()
    else if (packet.startsWith('43')) this.#handleAnswer(packet.slice(2))
    else if (packet.startsWith('42')) this.#handleNotification(packet.slice(2))
  }

  #handleAnswer(text: string): void {
    const at = text.indexOf('[')
    if (Number(text.slice(0, at)) !== this.#waiting?.id) return
    const [answer] = JSON.parse(text.slice(at)) as [Ack<unknown>]
    if (answer.ok) this.learn(answer.data)
    this.#waiting.settle(answer)
  }

  #handleNotification(text: string): void {
    const [name, data] = JSON.parse(text) as [string, never]
    if (name === 'consumersAdded') this.learn(data)
    else if (name === 'peerJoined') this.#add('peerId', (data as NotificationData<'peerJoined'>).peer.id)
    else if (name === 'lobbyChanged')
      this.#add('peerId', ...(data as NotificationData<'lobbyChanged'>).lobby.map(({ peerId }) => peerId))
  }
}

const unquoted = (text: string): string => JSON.parse(`"${text}"`) as string

/** Ids that nobody has. */
const STRANGERS = ['00000000-0000-4000-8000-000000000000', 'ffffffff-ffff-4fff-8fff-ffffffffffff']
