import type { Logger } from 'pino'
import type { NodeId } from '../../shared/ids.ts'
import { type Beat, type LivenessChanges, NodeLiveness, type NodeProcess } from '../core/nodeLiveness.ts'
import type { NodeInfo } from './nodeApi.ts'
import type { RedisConnection } from './RedisConnection.ts'
import { DROP_IF_SAME, NODES_KEY, type RegistryRow, readRegistryRow } from './wire.ts'

const BEAT_EVERY_MS = 1000
/** When all have died without a word, what they have written is gone then, seconds. */
const KEEP_SECONDS = 60

type Options = {
  redis: RedisConnection
  /** What this node tells of itself now. */
  self: () => NodeInfo
  log: Logger
  handleChanges: (changes: LivenessChanges) => void
  /** Redis answers. @param wiped and has forgotten this node meanwhile */
  handleAnswer: (wiped: boolean) => void
}

/**
 * Which nodes there are: tells the others each second that this one lives, and finds out by itself who of them does.
 * While Redis is away everything stays as it was. Lives as long as the cluster.
 */
export class Registry {
  readonly #redis: RedisConnection
  readonly #self: () => NodeInfo
  readonly #log: Logger
  readonly #options: Options
  readonly #liveness = new NodeLiveness()
  readonly #infos = new Map<NodeId, NodeInfo>()
  #timer: NodeJS.Timeout | undefined
  #beat = 0
  #beating: Promise<void> | undefined
  #closed = false

  constructor(options: Options) {
    this.#options = options
    this.#redis = options.redis
    this.#self = options.self
    this.#log = options.log
  }

  /** @throws SfuError `notReady` */
  async start(): Promise<void> {
    await this.#tell()
    this.#timer = setInterval(() => void this.refresh(), BEAT_EVERY_MS)
  }

  get nodes(): NodeInfo[] {
    const others = this.#liveness.alive.flatMap((id) => this.#infos.get(id) ?? [])
    return [this.#self(), ...others]
  }

  infoOf(id: NodeId): NodeInfo | undefined {
    return this.#liveness.alive.includes(id) ? this.#infos.get(id) : undefined
  }

  isAlive(process: NodeProcess): boolean {
    return this.#liveness.isAlive(process)
  }

  isDead(process: NodeProcess): boolean {
    return this.#liveness.isDead(process)
  }

  /** Tells and asks now; never fails. */
  async refresh(): Promise<void> {
    this.#beating ??= this.#tell()
      .catch(() => this.handleOutage())
      .finally(() => {
        this.#beating = undefined
      })
    await this.#beating
  }

  handleOutage(): void {
    this.#liveness.handleOutage()
  }

  /** Somebody has said something in a room. */
  handleSign(process: NodeProcess): void {
    if (this.isAlive(process)) return
    const replaced = this.#liveness.handleSign(process)
    this.#options.handleChanges({ gone: replaced ? [replaced] : [], come: [], doubled: [] })
    // Where it can be reached stands in the registry.
    void this.refresh()
  }

  /** Whoever stands in the registry and is not known yet, is from now on. */
  admit(hash: Readonly<Record<string, string>>): void {
    for (const [id, { info }] of this.#read(hash)) {
      const process = { id, epoch: info.epoch }
      if (this.isAlive(process) || this.isDead(process)) continue
      this.#infos.set(id, info)
      this.handleSign(process)
    }
  }

  /** Tells the others that this process ends. */
  async leave(): Promise<void> {
    this.close()
    const row = JSON.stringify(this.#row({ left: true }))
    await this.#redis.run((client) => client.hSet(NODES_KEY, this.#self().id, row)).catch(() => {})
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
  }

  #row(more: Pick<RegistryRow, 'left'> = {}): RegistryRow {
    return { beat: ++this.#beat, ...more, info: this.#self() }
  }

  async #tell(): Promise<void> {
    const self = this.#self()
    const row = JSON.stringify(this.#row())
    const [before] = await this.#redis.run((client) =>
      client.multi().hGetAll(NODES_KEY).hSet(NODES_KEY, self.id, row).expire(NODES_KEY, KEEP_SECONDS).execTyped(),
    )
    if (this.#closed) return
    const own = readRegistryRow(before[self.id] ?? '')
    const isFirst = this.#timer === undefined
    if (!isFirst && own && own.info.epoch !== self.epoch)
      this.#log.error({ node: self.id }, 'another process has the same NODE_ID: each takes the other for dead')
    const rows = this.#read(before)
    for (const [id, { info }] of rows) this.#infos.set(id, info)
    const beats = new Map<NodeId, Beat>(
      [...rows].map(([id, { beat, left, info }]) => [
        id,
        { epoch: info.epoch, count: beat, ...(left !== undefined && { left }) },
      ]),
    )
    const changes = this.#liveness.handleBeats(beats, performance.now())
    for (const id of changes.doubled) this.#log.error({ other: id }, 'two processes have the same NODE_ID')
    this.#forget(changes.gone, before)
    this.#options.handleAnswer(!isFirst && !own)
    if (changes.gone.length + changes.come.length > 0) this.#options.handleChanges(changes)
  }

  /** A node that is taken for dead, and is not, finds that it is missing, and writes everything anew. */
  #forget(gone: readonly NodeProcess[], hash: Readonly<Record<string, string>>): void {
    for (const { id, epoch } of gone) {
      const text = hash[id]
      if (!this.#liveness.alive.includes(id)) this.#infos.delete(id)
      if (text === undefined || readRegistryRow(text)?.info.epoch !== epoch) continue
      this.#redis
        .run((client) => client.eval(DROP_IF_SAME, { keys: [NODES_KEY], arguments: [id, text] }))
        .catch(() => {})
    }
  }

  #read(hash: Readonly<Record<string, string>>): Map<NodeId, RegistryRow> {
    const rows = new Map<NodeId, RegistryRow>()
    const self = this.#self().id
    for (const [field, text] of Object.entries(hash)) {
      const row = readRegistryRow(text)
      if (!row || row.info.id !== field) this.#log.warn({ field }, 'not a row of the registry')
      else if (row.info.id !== self) rows.set(row.info.id, row)
    }
    return rows
  }
}
