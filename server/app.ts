import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { Passwords } from './auth/passwords.ts'
import { loadSecrets } from './auth/secret.ts'
import { createTokens } from './auth/tokens.ts'
import type { Config } from './config.ts'
import { defaultAnnouncedAddresses } from './core/announcedAddresses.ts'
import { messageLimits } from './core/messageLimits.ts'
import type { BucketSize } from './core/tokenBucket.ts'
import { createHttpServer } from './http/httpServer.ts'
import { registerLeaveRoute } from './http/leaveRoute.ts'
import { assertCanListen, listenError } from './http/listening.ts'
import { registerOpsRoutes } from './http/opsRoutes.ts'
import { registerRoomRoutes } from './http/roomRoutes.ts'
import { AddressRates } from './lib/AddressRates.ts'
import { runInBackground } from './lib/background.ts'
import { createClientAddressOf, createIsTrustedProxy } from './lib/clientAddress.ts'
import { withDeadline } from './lib/deadline.ts'
import { createIsAllowedOrigin } from './lib/origins.ts'
import type { MediaPort } from './media/MediaPort.ts'
import { WorkerPool } from './media/WorkerPool.ts'
import { RoomRegistry } from './rooms/RoomRegistry.ts'
import { Arrivals } from './signaling/Arrivals.ts'
import { endVisit } from './signaling/endVisit.ts'
import { Farewells } from './signaling/Farewells.ts'
import { createSocketServer } from './signaling/socketServer.ts'
import type { RoomStore } from './store/RoomStore.ts'
import { SqliteRoomStore } from './store/SqliteRoomStore.ts'

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

const CLIENT_DIR = join(import.meta.dirname, '..', 'dist', 'client')

/**
 * The whole object graph, wired by hand, top to bottom, and listening.
 *
 * @param parts a test may bring its own media, page or cost of passwords
 * @throws StartError in words, when something that the operator can mend is in the way; nothing is left running
 */
export async function createApp(
  config: Config,
  log: Logger,
  parts: { media?: ClosableMedia; clientDir?: string; passwords?: Passwords } = {},
): Promise<App> {
  await assertCanListen(config)
  const announcedAddresses =
    config.ANNOUNCED_ADDRESSES.length > 0 ? config.ANNOUNCED_ADDRESSES : defaultAnnouncedAddresses(networkInterfaces())
  const ticketMs = config.SESSION_TTL * 1000
  const tokens = createTokens(await loadSecrets(config.DATA_DIR, config.TOKEN_SECRETS), {
    // A ticket is replaced at half of this time: the last one is then valid for at least all of it.
    ticketSeconds: config.SESSION_TTL * 1.5,
  })
  const roomGraceMs = config.ROOM_GRACE * 1000
  const store = openStore(join(config.DATA_DIR, 'rooms.sqlite'), roomGraceMs, log)
  const passwords = parts.passwords ?? new Passwords()
  const isTrustedProxy = createIsTrustedProxy(config.TRUSTED_PROXIES)
  const clientAddressOf = createClientAddressOf(isTrustedProxy)
  const isAllowedOrigin = createIsAllowedOrigin(config.ALLOWED_ORIGINS)
  // Placement, websocket and good-bye count separately, so a call takes one of each.
  const arrivalRates = () => new AddressRates({ size: arrivalSize(config), now: () => performance.now() })
  const http = await createHttpServer({
    log,
    clientDir: parts.clientDir ?? CLIENT_DIR,
    isTrustedProxy,
    isAllowedOrigin,
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
      log,
    }))
  const registry = new RoomRegistry({
    media,
    store: store.rooms,
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
  const door = { registry, store: store.rooms, tokens, passwords }
  registerRoomRoutes(http, {
    ...door,
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
    // Who is still in a call then has been told when it ends.
    await withDeadline(registry.drain(Date.now() + ms), { ms, what: 'calls to end' }).catch(() => {})
  }
  const close = async () => {
    registry.close()
    sockets.close()
    await http.close()
    media.close()
    store.close()
  }
  try {
    await http.listen({ host: config.HOST, port: config.PORT })
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

/** @throws StartError when the file cannot be used */
function openStore(file: string, graceMs: number, log: Logger): { rooms: RoomStore; close(): void } {
  const rooms = SqliteRoomStore.open({ file, now: Date.now, graceMs })
  const timer = setInterval(() => runInBackground(() => rooms.sweep(), log), SWEEP_EVERY_MS)
  // A start that fails further down must not wait for it.
  timer.unref()
  return {
    rooms,
    close: () => {
      clearInterval(timer)
      rooms.close()
    },
  }
}

function urlOf({ address, port, family }: AddressInfo): string {
  const host = address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}
