import { lookup } from 'node:dns/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { SfuError } from '../shared/errors.ts'
import type { NodeId, RoomId } from '../shared/ids.ts'
import { loadSecrets } from './auth/secret.ts'
import { createTokens, type Tokens } from './auth/tokens.ts'
import type { Cluster } from './cluster/Cluster.ts'
import { LocalCluster } from './cluster/LocalCluster.ts'
import { RedisCluster } from './cluster/RedisCluster.ts'
import { loadSharedSecret } from './cluster/sharedSecret.ts'
import type { Config } from './config.ts'
import { createNodeServer, type NodeServer, privateUrl } from './http/nodeServer.ts'
import { StartError } from './lib/StartError.ts'
import type { PipeAddress } from './media/pipeTransport.ts'
import { RedisRoomStore } from './store/RedisRoomStore.ts'
import type { RoomStore } from './store/RoomStore.ts'
import { SqliteRoomStore } from './store/SqliteRoomStore.ts'

/** What a node stands on: its secrets, its memory, and the other nodes. Its own, or shared with them over Redis. */
export type Foundation = {
  tokens: Tokens
  store: RoomStore
  cluster: Cluster
  /** Where media of other nodes arrives; undefined: there are none. */
  pipes: PipeAddress | undefined
  close(): Promise<void>
}

export type FoundationOptions = {
  load: () => number
  isReady: () => boolean
  /** An operator wants the node to be left. @returns when those who are left then are sent away, milliseconds since 1970 */
  drain: () => { deadline: number }
  /** The store has lost a room that is in use. */
  handleLost: (roomId: RoomId) => void
  log: Logger
}

type Parts = { cluster?: Cluster; store?: RoomStore }

/**
 * @param parts a test may bring its own
 * @throws StartError in words; nothing is left running
 */
export async function layFoundation(config: Config, options: FoundationOptions, parts: Parts): Promise<Foundation> {
  const { REDIS_URL: redisUrl, DATA_DIR, TOKEN_SECRETS } = config
  // All nodes verify what one has signed.
  const sharedSecret =
    redisUrl !== undefined && TOKEN_SECRETS.length === 0
      ? await loadSharedSecret({ redisUrl, log: options.log })
      : undefined
  const secrets = sharedSecret ? [sharedSecret] : await loadSecrets(DATA_DIR, TOKEN_SECRETS)
  // A ticket is replaced at half of this time: the last one is then valid for at least all of it.
  const tokens = createTokens(secrets, { ticketSeconds: config.SESSION_TTL * 1.5 })
  if (redisUrl !== undefined) return await layAmongNodes(config, { ...options, redisUrl, sharedSecret, tokens })
  const store = parts.store ?? openSqlite(config)
  const cluster = parts.cluster ?? new LocalCluster()
  const close = async () => {
    cluster.close()
    store.close()
  }
  return { tokens, store, cluster, pipes: undefined, close }
}

const openSqlite = ({ DATA_DIR, ROOM_GRACE }: Config): RoomStore =>
  SqliteRoomStore.open({ file: join(DATA_DIR, 'rooms.sqlite'), now: Date.now, graceMs: ROOM_GRACE * 1000 })

async function layAmongNodes(
  config: Config,
  options: FoundationOptions & { redisUrl: string; sharedSecret: Uint8Array | undefined; tokens: Tokens },
): Promise<Foundation> {
  const { redisUrl, sharedSecret, tokens, log, handleLost } = options
  const pipes = { address: await addressOf(config.NODE_ADDRESS), ports: config.PIPE_PORTS }
  const store = await RedisRoomStore.open({ redisUrl, now: Date.now, log, handleLost })
  let listener: NodeServer | undefined
  try {
    let cluster: RedisCluster | undefined
    // First, so that whoever hears of this node can ask it.
    listener = createNodeServer({
      nodeId: config.NODE_ID as NodeId,
      tokens,
      handleCommand: (from, roomId, name, input) => {
        if (!cluster) throw new SfuError('notReady', 'the node is starting')
        return cluster.handleCommand(from, roomId, name, input)
      },
      adminToken: config.ADMIN_TOKEN,
      drain: options.drain,
      log,
    })
    const { NODE_ADDRESS: address, PRIVATE_HOST: host = address, PRIVATE_PORT } = config
    const port = await listener.listen({ host, port: PRIVATE_PORT })
    cluster = await RedisCluster.open({
      nodeId: config.NODE_ID as NodeId,
      url: config.NODE_URL,
      privateUrl: privateUrl(address, port),
      region: config.REGION,
      load: options.load,
      isReady: options.isReady,
      redisUrl,
      ...(sharedSecret && { sharedSecret }),
      tokens,
      log,
    })
    const [opened, heard] = [cluster, listener]
    const close = async () => {
      opened.close()
      await heard.close()
      store.close()
    }
    return { tokens, store, cluster, pipes, close }
  } catch (error) {
    await listener?.close()
    store.close()
    throw error
  }
}

/** Media needs an address, where other things take a name. @throws StartError */
async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address
  } catch {
    throw new StartError([`NODE_ADDRESS=${host}: is not known to this machine.`])
  }
}
