import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { RoomId } from '../shared/ids.ts'
import { Passwords } from './auth/passwords.ts'
import type { Cluster } from './cluster/Cluster.ts'
import type { Config } from './config.ts'
import { defaultAnnouncedAddresses } from './core/announcedAddresses.ts'
import { messageLimits } from './core/messageLimits.ts'
import type { BucketSize } from './core/tokenBucket.ts'
import { type Foundation, layFoundation } from './foundation.ts'
import { createHttpServer } from './http/httpServer.ts'
import { registerLeaveRoute } from './http/leaveRoute.ts'
import { assertCanListen, listenError } from './http/listening.ts'
import { registerOpsRoutes } from './http/opsRoutes.ts'
import { registerRoomRoutes } from './http/roomRoutes.ts'
import { AddressRates } from './lib/AddressRates.ts'
import { runInBackground } from './lib/background.ts'
import { createClientAddressOf, createIsTrustedProxy } from './lib/clientAddress.ts'
import { withDeadline } from './lib/deadline.ts'
import { createIsAllowedOrigin, NodeOrigins } from './lib/origins.ts'
import type { MediaPort } from './media/MediaPort.ts'
import { WorkerPool } from './media/WorkerPool.ts'
import { RoomRegistry } from './rooms/RoomRegistry.ts'
import { Arrivals } from './signaling/Arrivals.ts'
import { endVisit } from './signaling/endVisit.ts'
import { Farewells } from './signaling/Farewells.ts'
import { createSocketServer } from './signaling/socketServer.ts'
import type { RoomStore } from './store/RoomStore.ts'

export type App = {
  /** Where HTTP and the websocket listen, such as `http://127.0.0.1:3000`. */
  url: string
  announcedAddresses: readonly string[]
  /** Opens no more rooms and waits until the calls are over, at most `STOP_GRACE` seconds. */
  drain(): Promise<void>
  /** Ends all calls. */
  close(): Promise<void>
}

type ClosableMedia = MediaPort & { close(): void }
type Parts = {
  media?: ClosableMedia
  clientDir?: string
  passwords?: Passwords
  cluster?: Cluster
  store?: RoomStore
  /** An operator wants the node to be left, and to stop then. */
  onDrainAsked?: () => void
}

/** A room of hundreds that moves to another node does so over this time, milliseconds. */
const LONGEST_SPREAD_MS = 10_000

const CLIENT_DIR = join(import.meta.dirname, '..', 'dist', 'client')

/**
 * The whole object graph, wired by hand, top to bottom, and listening.
 *
 * @param parts a test may bring its own
 * @throws StartError in words, when something that the operator can mend is in the way; nothing is left running
 */
export async function createApp(config: Config, log: Logger, parts: Parts = {}): Promise<App> {
  await assertCanListen(config)
  const own: { media?: ClosableMedia; registry?: RoomRegistry } = {}
  const options = {
    load: () => own.media?.load ?? 1,
    isReady: () => own.media?.ready ?? false,
    drain: () => {
      parts.onDrainAsked?.()
      return { deadline: Date.now() + config.STOP_GRACE * 1000 }
    },
    handleLost: (roomId: RoomId) => own.registry?.handleStoreLost(roomId),
    log,
  }
  const foundation = await layFoundation(config, options, parts)
  try {
    return await build(config, log, { ...parts, foundation, own })
  } catch (error) {
    await foundation.close()
    throw error
  }
}

type BuildParts = Parts & { foundation: Foundation; own: { media?: ClosableMedia; registry?: RoomRegistry } }

async function build(config: Config, log: Logger, { foundation, own, ...parts }: BuildParts): Promise<App> {
  const { tokens, cluster, store } = foundation
  const stopSweeping = sweepNowAndThen(store, log)
  const announcedAddresses =
    config.ANNOUNCED_ADDRESSES.length > 0 ? config.ANNOUNCED_ADDRESSES : defaultAnnouncedAddresses(networkInterfaces())
  const ticketMs = config.SESSION_TTL * 1000
  const roomGraceMs = config.ROOM_GRACE * 1000
  const passwords = parts.passwords ?? new Passwords()
  const isTrustedProxy = createIsTrustedProxy(config.TRUSTED_PROXIES)
  const clientAddressOf = createClientAddressOf(isTrustedProxy)
  const nodeOrigins = new NodeOrigins(() => cluster.nodes.map(({ url }) => url))
  const isAllowedOrigin = createIsAllowedOrigin(config.ALLOWED_ORIGINS, nodeOrigins)
  // Placement, websocket and good-bye count separately, so a call takes one of each.
  const arrivalRates = () => new AddressRates({ size: arrivalSize(config), now: () => performance.now() })
  const http = await createHttpServer({
    log,
    clientDir: parts.clientDir ?? CLIENT_DIR,
    isTrustedProxy,
    isAllowedOrigin,
    nodeOrigins,
    connections: { inAll: config.CONNECTIONS, perAddress: config.CONNECTIONS_PER_ADDRESS },
  })
  const media =
    parts.media ??
    (await WorkerPool.create({
      count: config.WORKERS,
      mediaPort: config.MEDIA_PORT,
      announcedAddresses,
      consumersPerWorker: config.WORKER_CONSUMERS,
      workerBin: config.MEDIASOUP_WORKER_BIN,
      pipes: foundation.pipes,
      log,
    }))
  own.media = media
  const registry = new RoomRegistry({
    media,
    cluster,
    store,
    visitorsOpenRooms: config.ROOM_CREATION === 'anyone',
    roomGraceMs,
    membership: {
      duplicateIdentity: config.DUPLICATE_IDENTITY,
      // Later nobody could prove who comes back.
      resumeMaxMs: Math.min(config.RESUME_MAX, config.SESSION_TTL) * 1000,
      hostGraceMs: config.HOST_SUCCESSION === 'on' ? config.HOST_GRACE * 1000 : undefined,
    },
    settings: {
      voiceLimits: { allUpTo: config.AUDIO_ALL_LIMIT, forwarded: config.AUDIO_FORWARDED },
      videoCodec: config.VIDEO_CODEC,
      screenShares: config.SCREEN_SHARES,
      videoLastN: config.VIDEO_LAST_N,
    },
    log,
    now: Date.now,
  })
  own.registry = registry
  const door = { registry, store, tokens, passwords }
  registerRoomRoutes(http, {
    ...door,
    cluster,
    rtpCapabilities: media.rtpCapabilities,
    creation: { by: config.ROOM_CREATION, key: config.ROOM_CREATION_KEY },
    rates: arrivalRates(),
    creationRates: new AddressRates({ size: creationSize(config), now: () => performance.now() }),
    now: Date.now,
  })
  registerLeaveRoute(http, { tokens, rates: arrivalRates(), endVisit: (claims) => endVisit(registry, claims) })
  registerOpsRoutes(http, { media, registry })
  const arrivals = new Arrivals({
    clientAddressOf,
    rates: arrivalRates(),
    limits: { connections: config.CONNECTIONS_PER_ADDRESS, rooms: config.ROOMS_PER_ADDRESS },
    log,
  })
  const sockets = createSocketServer({
    ...door,
    nodeId: cluster.nodeId,
    httpServer: http.server,
    arrivals,
    messageLimits: messageLimits(config.MESSAGE_RATE),
    isAllowedOrigin,
    ticketEveryMs: ticketMs / 2,
    farewells: new Farewells({ keepMs: ticketMs * 1.5, now: () => performance.now() }),
    log,
  })

  const drain = async () => {
    const ms = config.STOP_GRACE * 1000
    cluster.setState('draining')
    const left = registry.drain({
      stopsAt: Date.now() + ms,
      hasElsewhere: () => cluster.nodes.some(({ id, state }) => id !== cluster.nodeId && state === 'ready'),
      spreadMs: Math.min(ms / 2, LONGEST_SPREAD_MS),
    })
    // Who is still in a call then has been told when it ends.
    await withDeadline(left, { ms, what: 'calls to end' }).catch(() => {})
  }
  const close = async () => {
    stopSweeping()
    registry.close()
    sockets.close()
    await http.close()
    media.close()
    await foundation.close()
  }
  try {
    await cluster.serve((from, roomId, name, input) => registry.handleCommand(from, roomId, name, input))
    await http.listen({ host: config.HOST, port: config.PORT })
    cluster.setState('ready')
  } catch (error) {
    await close()
    throw listenError(error, config)
  }
  return { url: urlOf(http.server.address() as AddressInfo), announcedAddresses, drain, close }
}

/** An office may come all at once after a restart, and its people try again for most of a minute. */
const arrivalSize = ({ CONNECTIONS_PER_ADDRESS: most }: Config): BucketSize => ({
  capacity: most / 2,
  perSecond: most / 20,
})

/** What one address makes in the month that a room is kept, is less than the server has place for. */
const creationSize = ({ CONNECTIONS_PER_ADDRESS: most }: Config): BucketSize => ({
  capacity: Math.max(10, most / 5),
  perSecond: most / 15_000,
})

const SWEEP_EVERY_MS = 60_000

/** @returns stops it */
function sweepNowAndThen(store: RoomStore, log: Logger): () => void {
  const timer = setInterval(() => runInBackground(() => store.sweep(), log), SWEEP_EVERY_MS)
  // A start that fails further down must not wait for it.
  timer.unref()
  return () => clearInterval(timer)
}

function urlOf({ address, port, family }: AddressInfo): string {
  const host = address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}
