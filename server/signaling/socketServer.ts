import { randomUUID } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import { SfuError } from '../../shared/errors.ts'
import type { PeerId } from '../../shared/ids.ts'
import { MAX_MESSAGE_BYTES, PROTOCOL_VERSION, SOCKET_PATH } from '../../shared/protocol.ts'
import type { JoinClaims, Tokens } from '../auth/tokens.ts'
import type { MessageLimits } from '../core/messageLimits.ts'
import { runInBackground } from '../lib/background.ts'
import type { IsAllowedOrigin } from '../lib/origins.ts'
import { Admission } from './Admission.ts'
import type { Arrivals } from './Arrivals.ts'
import { createDispatch } from './dispatch.ts'
import { guardConnection, shutOut } from './guardConnection.ts'
import { createHandlers, type HandlerParts } from './handlers.ts'
import { Session } from './Session.ts'
import type { WaitingPlace } from './WaitingSessions.ts'

type Options = HandlerParts & {
  httpServer: HttpServer
  arrivals: Arrivals
  messageLimits: MessageLimits
  isAllowedOrigin: IsAllowedOrigin
}

type SocketData = { claims: JoinClaims; place: WaitingPlace }
type AppSocket = Socket<
  Record<string, never>,
  Record<string, (...args: unknown[]) => void>,
  Record<string, never>,
  SocketData
>

/** A dead client is noticed after at most 8 + 5 seconds; socket.io's own defaults would take 45. */
const PING_INTERVAL_MS = 8000
const PING_TIMEOUT_MS = 5000
const CONNECT_TIMEOUT_MS = 5000

/** Opens the websocket door: token and protocol version first, then every message through dispatch. */
export function createSocketServer(options: Options): { close(): void } {
  const { httpServer, tokens, log } = options
  const io: Server<
    Record<string, never>,
    Record<string, (...args: unknown[]) => void>,
    Record<string, never>,
    SocketData
  > = new Server(httpServer, {
    path: SOCKET_PATH,
    transports: ['websocket'],
    serveClient: false,
    // Connections for other paths are closed by their owner, the HTTP server.
    destroyUpgrade: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    allowRequest: ({ headers }, decide) => decide(null, options.isAllowedOrigin(headers)),
  })
  const connected = new WeakSet<object>()
  const admissions = new WeakMap<object, Admission>()
  const sessions = new Set<Session>()
  const dispatch = createDispatch(createHandlers(options), log)

  io.engine.on('connection', (connection: Socket['conn']) => {
    const onEmpty = () => shutOut(connection)
    const admission = new Admission({ limits: options.messageLimits, now: () => performance.now(), onEmpty })
    admissions.set(connection, admission)
    guardConnection(connection, { admission, log })
  })
  io.use((socket, next) => {
    // A websocket could carry any number of socket.io connections; a client of ours has one.
    if (connected.has(socket.conn)) return next(toHandshakeError(new SfuError('conflict')))
    connected.add(socket.conn)
    admit(socket).then(
      (data) => {
        socket.data = data
        next()
      },
      (error: unknown) => next(toHandshakeError(error)),
    )
  })
  io.on('connection', (socket) => handleSocket(socket as AppSocket))

  async function admit(socket: Socket): Promise<SocketData> {
    const arrival = options.arrivals.reserve(socket.request)
    socket.conn.once('close', arrival.release)
    try {
      const claims = await authenticate(socket.handshake.auth, tokens)
      arrival.enterRoom(claims.roomId)
      return { claims, place: arrival.waiting }
    } catch (error) {
      arrival.release()
      throw error
    }
  }

  function handleSocket(socket: AppSocket): void {
    const admission = admissions.get(socket.conn) as Admission
    const session = new Session({
      farewells: options.farewells,
      peerId: socket.data.claims.ticket?.peerId ?? (randomUUID() as PeerId),
      claims: socket.data.claims,
      socket: {
        emit: (name, data, seq) => {
          if (isReading(socket.conn)) socket.emit(name, data, seq)
          else socket.conn.close(true)
        },
        disconnect: () => socket.disconnect(true),
      },
    })
    const { place } = socket.data
    place.occupy(session)
    sessions.add(session)
    admission.onEmpty = () => {
      log.info({ peer: session.peerId }, 'a client sends too much and is shut out')
      session.end('flooding')
      shutOut(socket.conn)
    }
    socket.onAny((...request: [string, ...unknown[]]) => {
      // What was still on its way when the session ended.
      if (session.state === 'ended') return
      runInBackground(async () => {
        await dispatch(session, admission, request)
        // The lobby has a bound of its own.
        if (session.lobby || (session.membership && session.state === 'joined')) place.release()
      }, log)
    })
    // A malformed packet ends up here; without a listener it would be thrown.
    socket.on('error', (error: Error) => log.debug({ err: error }, 'socket error'))
    socket.on('disconnect', (reason) => {
      sessions.delete(session)
      // Who takes leave of socket.io does not come back.
      if (reason === 'client namespace disconnect') session.close('disconnected')
      else session.loseSocket(reason === 'ping timeout' ? PING_INTERVAL_MS + PING_TIMEOUT_MS : 0)
      // A client may take leave of socket.io and keep the websocket.
      socket.conn.close()
    })
  }

  return {
    // Not `io.close()`: that closes the HTTP server too, which has an owner of its own.
    close: () => {
      for (const session of [...sessions]) session.end('serverStopping')
      io.disconnectSockets(true)
      // What is closed now would not hear why; the HTTP server closes what is left.
      httpServer.once('close', () => io.engine.close())
    },
  }
}

/** A client may be behind by this much; more only grows if it does not read, and memory with it. */
const MOST_PACKETS_BEHIND = 2000
const MOST_BYTES_BEHIND = 4 * 1024 * 1024

/** What engine.io keeps for a client: packets, and below them the websocket's own bytes. */
type Backlog = { writeBuffer: unknown[]; transport: { socket?: { bufferedAmount?: number } } }

function isReading(connection: unknown): boolean {
  const { writeBuffer, transport } = connection as Backlog
  return writeBuffer.length < MOST_PACKETS_BEHIND && (transport.socket?.bufferedAmount ?? 0) < MOST_BYTES_BEHIND
}

/** @throws SfuError `protocolMismatch`, `unauthorized` */
async function authenticate(auth: Record<string, unknown>, tokens: Tokens): Promise<JoinClaims> {
  if (auth.protocol !== PROTOCOL_VERSION) throw new SfuError('protocolMismatch')
  if (typeof auth.token !== 'string') throw new SfuError('unauthorized')
  return tokens.verifyJoin(auth.token)
}

/** socket.io sends `data` of a middleware's error to the client, as `connect_error`. */
function toHandshakeError(error: unknown): Error & { data: unknown } {
  const known = error instanceof SfuError ? error : new SfuError('internal', undefined, { cause: error })
  return Object.assign(new Error(known.code), { data: known.toWire() })
}
