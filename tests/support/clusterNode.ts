import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { createTokens } from '../../server/auth/tokens.ts'
import type { RoomLink, RoomListener } from '../../server/cluster/Cluster.ts'
import { RedisCluster } from '../../server/cluster/RedisCluster.ts'
import type { NodeId, PeerId, RoomId } from '../../shared/ids.ts'

export const SECRET = Buffer.from('0123456789abcdef0123456789abcdef')
export const testLog = () => pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' })

type Options = { redisUrl: string; sharedSecret?: Uint8Array; privateUrl?: string; log?: ReturnType<typeof testLog> }

/** A node of a cluster, as far as Redis is concerned; closes with its test. */
export async function joinCluster(
  id: string,
  { redisUrl, sharedSecret, privateUrl = '', log = testLog() }: Options,
): Promise<RedisCluster> {
  const cluster = await RedisCluster.open({
    nodeId: id as NodeId,
    url: '',
    privateUrl,
    region: '',
    load: () => 0,
    isReady: () => true,
    redisUrl,
    ...(sharedSecret && { sharedSecret }),
    tokens: createTokens([SECRET], { ticketSeconds: 60 }),
    log: log.child({ node: id }),
  })
  onTestFinished(() => cluster.close())
  return cluster
}

/** A room of a node that remembers what it has heard. */
export class HeardRoom implements RoomListener {
  /** `node state key` → value. */
  readonly rows = new Map<string, unknown>()
  readonly events: [node: string, name: string, data: unknown][] = []
  readonly gone: string[] = []
  /** Rows that were taken away, in order. */
  readonly taken: string[] = []
  link!: RoomLink

  static async open(cluster: RedisCluster, roomId = 'r'): Promise<HeardRoom> {
    const room = new HeardRoom()
    room.link = await cluster.openRoom(roomId as RoomId, room)
    return room
  }

  handleState(node: NodeId, name: string, key: string, value: unknown): void {
    const row = `${node} ${name} ${key}`
    if (value === undefined) this.taken.push(row)
    if (value === undefined) this.rows.delete(row)
    else this.rows.set(row, value)
  }

  handleEvent(node: NodeId, name: string, data: unknown): void {
    this.events.push([node, name, data])
  }

  handleRestored(): void {}

  handleNodeGone(node: NodeId): void {
    this.gone.push(node)
  }

  /** A row that is small. */
  demand(key: string, layer: number | undefined): void {
    this.link.setState('demand', key, layer)
  }
}

export const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as PeerId
