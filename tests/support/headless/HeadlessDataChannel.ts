import type { DataChannelInitConfig } from 'node-datachannel'
import type { PeerLink } from './PeerLink.ts'

export interface DataChannelOptions {
  label: string
  protocol: string
  id: number
  ordered: boolean
  maxPacketLifeTime: number | undefined
  maxRetransmits: number | undefined
}

/** RTCDataChannel over libdatachannel, always negotiated as mediasoup wants it. Dies at close() or with its connection. */
export class HeadlessDataChannel extends EventTarget implements RTCDataChannel {
  readonly negotiated = true
  readonly label: string
  readonly protocol: string
  readonly id: number
  readonly ordered: boolean
  readonly maxPacketLifeTime: number | null
  readonly maxRetransmits: number | null
  binaryType: BinaryType = 'arraybuffer'
  onbufferedamountlow: ((this: RTCDataChannel, event: Event) => unknown) | null = null
  onclose: ((this: RTCDataChannel, event: Event) => unknown) | null = null
  onclosing: ((this: RTCDataChannel, event: Event) => unknown) | null = null
  onerror: ((this: RTCDataChannel, event: RTCErrorEvent) => unknown) | null = null
  onmessage: ((this: RTCDataChannel, event: MessageEvent) => unknown) | null = null
  onopen: ((this: RTCDataChannel, event: Event) => unknown) | null = null
  #readyState: RTCDataChannelState = 'connecting'
  #bufferedAmountLowThreshold = 0
  readonly #channel: ReturnType<PeerLink['createDataChannel']>

  constructor(link: PeerLink, options: DataChannelOptions) {
    super()
    this.label = options.label
    this.protocol = options.protocol
    this.id = options.id
    this.ordered = options.ordered
    this.maxPacketLifeTime = options.maxPacketLifeTime ?? null
    this.maxRetransmits = options.maxRetransmits ?? null
    this.#channel = link.createDataChannel(options.label, toConfig(options))
    this.#channel.onOpen(() => this.#handleOpen())
    this.#channel.onClosed(() => this.#handleClosed())
    this.#channel.onBufferedAmountLow(() => this.#emit(new Event('bufferedamountlow'), this.onbufferedamountlow))
    this.#channel.onMessage((message) => {
      const data = typeof message === 'string' ? message : toArrayBuffer(message)
      this.#emit(new MessageEvent('message', { data }), this.onmessage)
    })
    if (this.#channel.isOpen()) queueMicrotask(() => this.#handleOpen())
  }

  get readyState(): RTCDataChannelState {
    return this.#readyState
  }

  get bufferedAmount(): number {
    return this.#readyState === 'closed' ? 0 : this.#channel.bufferedAmount()
  }

  get bufferedAmountLowThreshold(): number {
    return this.#bufferedAmountLowThreshold
  }

  set bufferedAmountLowThreshold(bytes: number) {
    this.#bufferedAmountLowThreshold = bytes
    this.#channel.setBufferedAmountLowThreshold(bytes)
  }

  send(data: string | Blob | ArrayBuffer | ArrayBufferView): void {
    if (this.#readyState !== 'open') throw new DOMException('the data channel is not open', 'InvalidStateError')
    if (typeof data === 'string') this.#channel.sendMessage(data)
    else if (data instanceof ArrayBuffer) this.#channel.sendMessageBinary(new Uint8Array(data))
    else if (ArrayBuffer.isView(data)) {
      this.#channel.sendMessageBinary(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    } else throw new TypeError('a headless data channel sends no Blob')
  }

  close(): void {
    if (this.#readyState === 'closed' || this.#readyState === 'closing') return
    this.#readyState = 'closing'
    this.#channel.close()
  }

  #handleOpen(): void {
    if (this.#readyState !== 'connecting') return
    this.#readyState = 'open'
    this.#emit(new Event('open'), this.onopen)
  }

  #handleClosed(): void {
    if (this.#readyState === 'closed') return
    this.#readyState = 'closed'
    this.#emit(new Event('close'), this.onclose)
  }

  #emit<E extends Event>(event: E, handler: ((this: RTCDataChannel, event: E) => unknown) | null): void {
    handler?.call(this, event)
    this.dispatchEvent(event)
  }
}

function toConfig({
  id,
  protocol,
  ordered,
  maxPacketLifeTime,
  maxRetransmits,
}: DataChannelOptions): DataChannelInitConfig {
  return {
    negotiated: true,
    id,
    protocol,
    unordered: !ordered,
    ...(maxPacketLifeTime === undefined ? {} : { maxPacketLifeTime }),
    ...(maxRetransmits === undefined ? {} : { maxRetransmits }),
  }
}

function toArrayBuffer(message: Buffer | ArrayBuffer): ArrayBuffer {
  return message instanceof ArrayBuffer ? message : new Uint8Array(message).buffer
}
