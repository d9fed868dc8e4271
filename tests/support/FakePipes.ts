import { randomUUID } from 'node:crypto'
import type { RoomLink } from '../../server/cluster/Cluster.ts'
import type { PipeEnd } from '../../server/cluster/nodeApi.ts'
import type { PublishedProducer } from '../../server/core/subscriptions.ts'
import type { PipeOutlets } from '../../server/media/MediaPort.ts'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId, ProducerId } from '../../shared/ids.ts'
import { kindOf, type RtpParameters, type Source } from '../../shared/media.ts'

export type FakeProducer = { source: Source; rtpParameters: RtpParameters }

const END: PipeEnd = {
  ip: '127.0.0.1',
  port: 9,
  srtpParameters: { cryptoSuite: 'AEAD_AES_256_GCM', keyBase64: Buffer.alloc(44).toString('base64') },
}

/** What other nodes have opened here. */
export class FakeOutlets implements PipeOutlets {
  /** By the pipe's id: whose it is, and what goes through it. */
  readonly pipes = new Map<string, { node: NodeId; sent: Set<ProducerId> }>()
  readonly #producers: ReadonlyMap<ProducerId, FakeProducer>

  constructor(producers: ReadonlyMap<ProducerId, FakeProducer>) {
    this.#producers = producers
  }

  async openPipe(...[node, { pipeId, worker }]: Parameters<PipeOutlets['openPipe']>) {
    if (worker !== 0) throw new SfuError('notFound')
    if (this.pipes.has(pipeId)) throw new SfuError('conflict')
    this.pipes.set(pipeId, { node, sent: new Set() })
    return END
  }

  async sendThrough(...[node, { pipeId, producerId }]: Parameters<PipeOutlets['sendThrough']>) {
    const pipe = this.#pipeOf(node, pipeId)
    if (!pipe) throw new SfuError('notFound')
    const producer = this.#producers.get(producerId)
    if (!producer) throw new SfuError('conflict')
    pipe.sent.add(producerId)
    return { kind: kindOf(producer.source), rtpParameters: producer.rtpParameters }
  }

  stopSending(...[node, { pipeId, producerId }]: Parameters<PipeOutlets['stopSending']>): void {
    this.#pipeOf(node, pipeId)?.sent.delete(producerId)
  }

  closePipe(...[node, { pipeId }]: Parameters<PipeOutlets['closePipe']>): void {
    if (this.#pipeOf(node, pipeId)) this.pipes.delete(pipeId)
  }

  handleProducerClosed(producerId: ProducerId): void {
    for (const { sent } of this.pipes.values()) sent.delete(producerId)
  }

  handleNodeGone(node: NodeId): void {
    for (const [pipeId, pipe] of this.pipes) if (pipe.node === node) this.pipes.delete(pipeId)
  }

  #pipeOf(node: NodeId, pipeId: string) {
    const pipe = this.pipes.get(pipeId)
    return pipe?.node === node ? pipe : undefined
  }
}

type At = NonNullable<PublishedProducer['at']>
type Inlet = { at: At; users: number; producer: Promise<FakeProducer>; pipeId: string | undefined }

/** What is fetched from other nodes, without the grace of the real ones: the last viewer's leaving ends it at once. */
export class FakeInlets {
  readonly inlets = new Map<ProducerId, Inlet>()
  readonly #pipes = new Map<string, Promise<string>>()
  readonly #nodes: Pick<RoomLink, 'command'>

  constructor(nodes: Pick<RoomLink, 'command'>) {
    this.#nodes = nodes
  }

  /** @returns the producer, and what lets go of it */
  async bring({ producerId, source, at }: { producerId: ProducerId; source: Source; at: At }) {
    const held = this.inlets.get(producerId) ?? this.#fetch(producerId, source, at)
    held.users++
    const release = () => {
      if (--held.users === 0) this.#end(producerId, held)
    }
    try {
      return { producer: await held.producer, release }
    } catch (error) {
      release()
      throw error
    }
  }

  /** @returns what came from there */
  handleNodeGone(node: NodeId): ProducerId[] {
    for (const key of this.#pipes.keys()) if (key.startsWith(`${node} `)) this.#pipes.delete(key)
    const lost = [...this.inlets].filter(([, { at }]) => at.node === node).map(([producerId]) => producerId)
    for (const producerId of lost) this.inlets.delete(producerId)
    return lost
  }

  close(): void {
    for (const [producerId, inlet] of this.inlets) this.#end(producerId, inlet)
  }

  #fetch(producerId: ProducerId, source: Source, at: At): Inlet {
    const send = async () => {
      const pipeId = await this.#pipe(at)
      inlet.pipeId = pipeId
      return await this.#nodes.command(at.node, 'sendThrough', { pipeId, producerId })
    }
    const sent = send().catch(async (error: unknown) => {
      if (!(error instanceof SfuError) || error.code !== 'notFound') throw error
      this.#pipes.delete(keyOf(at))
      return await send()
    })
    const producer = sent.then(({ rtpParameters }) => ({ source, rtpParameters }))
    const inlet: Inlet = { at, users: 0, producer, pipeId: undefined }
    this.inlets.set(producerId, inlet)
    return inlet
  }

  #pipe(at: At): Promise<string> {
    const key = keyOf(at)
    const known = this.#pipes.get(key)
    if (known) return known
    const pipeId = randomUUID()
    const opening = this.#nodes.command(at.node, 'openPipe', { pipeId, worker: at.worker, end: END })
    const opened = opening.then(() => pipeId)
    this.#pipes.set(key, opened)
    opened.catch(() => {
      if (this.#pipes.get(key) === opened) this.#pipes.delete(key)
    })
    return opened
  }

  #end(producerId: ProducerId, inlet: Inlet): void {
    if (this.inlets.get(producerId) !== inlet) return
    this.inlets.delete(producerId)
    const { pipeId, at } = inlet
    if (pipeId === undefined) return
    this.#tell(() => this.#nodes.command(at.node, 'stopSending', { pipeId, producerId }))
    if ([...this.inlets.values()].some((other) => keyOf(other.at) === keyOf(at))) return
    this.#pipes.delete(keyOf(at))
    this.#tell(() => this.#nodes.command(at.node, 'closePipe', { pipeId }))
  }

  #tell(command: () => Promise<unknown>): void {
    command().catch(() => {})
  }
}

const keyOf = ({ node, worker }: At) => `${node} ${worker}`
