import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, fastify, LogController } from 'fastify'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import { SOCKET_PATH } from '../../shared/protocol.ts'
import type { IsTrustedProxy } from '../lib/clientAddress.ts'
import type { IsAllowedOrigin, NodeOrigins } from '../lib/origins.ts'
import { StartError } from '../lib/StartError.ts'
import { refuseOtherOrigins } from './crossOrigin.ts'
import { answerErrors } from './errors.ts'
import { type ConnectionLimits, limitConnections } from './limitConnections.ts'

/** Longest body of a request, bytes. */
const BODY_LIMIT = 16_384
/** How long a request may take to arrive, its head, and how long a connection may be silent, milliseconds. */
const REQUEST_TIMEOUT_MS = 15_000
const HEADERS_TIMEOUT_MS = 10_000
const SILENCE_TIMEOUT_MS = 15_000
const KEEP_ALIVE_MS = 10_000
/** How often Node looks whether one of these is over; its own 30 seconds would come late. */
const CHECK_INTERVAL_MS = 2000
const ONE_YEAR_SECONDS = 31_536_000

type Options = {
  log: Logger
  /** Folder of the built page. */
  clientDir: string
  isTrustedProxy: IsTrustedProxy
  isAllowedOrigin: IsAllowedOrigin
  /** Where the page may have to connect to. */
  nodeOrigins: NodeOrigins
  connections: ConnectionLimits
}

/** Fastify with what every answer has: security headers, JSON errors with the contract's codes, no stack trace. */
export async function createHttpServer(options: Options): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: quieter(options.log) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENCE_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: CHECK_INTERVAL_MS },
    trustProxy: options.isTrustedProxy,
    // Longer than any valid name: what is too long is told by the page, like any other address that is none.
    routerOptions: { maxParamLength: 500 },
    // An address that cannot be decoded; the contract has one word for all that is not there.
    frameworkErrors: (_error, _request, reply) => {
      const plain = reply as FastifyReply
      void plain.code(404).send({ error: new SfuError('notFound', 'there is no such address').toWire() })
    },
    // socket.io shares the listener; without this a websocket would keep close() waiting.
    forceCloseConnections: true,
  })
  ownConnections(app)
  limitConnections(app.server, options.connections, options.isTrustedProxy)
  // JSON is the only content type.
  app.removeContentTypeParser('text/plain')
  refuseOtherOrigins(app, options.isAllowedOrigin)
  answerErrors(app)
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy(options.nodeOrigins) },
    hsts: false,
  })
  app.addHook('onSend', async ({ protocol }, reply) => {
    // Only over TLS, which a proxy in front speaks (RFC 6797, section 7.2).
    if (protocol === 'https') reply.header('strict-transport-security', `max-age=${ONE_YEAR_SECONDS}`)
    reply.header('permissions-policy', 'camera=(self), microphone=(self), display-capture=(self), geolocation=()')
  })
  await servePage(app, options.clientDir)
  return app
}

/** How long a websocket's client may take to answer the close frame when the server stops, milliseconds. */
const CLOSE_PATIENCE_MS = 1000

/**
 * Keeps hold of every connection, since Node lets go of some: one that asks for an upgrade loses Node's error listener
 * (a reset would then end the process), and neither upgraded ones nor those on which a browser has said nothing yet are
 * among the ones that `forceCloseConnections` closes (stopping would wait for them).
 */
function ownConnections(app: FastifyInstance): void {
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
  })
  app.server.on('upgrade', (request, socket) => {
    if (!request.url?.startsWith(`${SOCKET_PATH}/`)) socket.destroy()
  })
  app.addHook('preClose', async () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    const patience = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, CLOSE_PATIENCE_MS)
    app.server.once('close', () => clearTimeout(patience))
  })
}

/** No inline script or style element; `'self'` covers the websocket of the page's own origin too. */
const contentSecurityPolicy = (nodes: NodeOrigins) => ({
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'blob:'],
  mediaSrc: ["'self'", 'blob:'],
  // Nodes come and go: anew for each answer.
  connectSrc: [
    () => ["'self'", ...nodes.list().flatMap((origin) => [origin, origin.replace(/^http/, 'ws')])].join(' '),
  ],
  workerSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'self'"],
})

/**
 * The page and its assets. Assets carry a hash of their content in their names and may be kept for ever; their
 * compressed forms lie beside them. The page itself is asked for each time.
 */
async function servePage(app: FastifyInstance, clientDir: string): Promise<void> {
  const page = join(clientDir, 'index.html')
  if (!existsSync(page)) throw new StartError([`The page is not built: ${page} is missing.`, 'Run `npm start`.'])
  const html = await readFile(page, 'utf8')
  await app.register(fastifyStatic, {
    root: clientDir,
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const forEver = path.includes('/assets/')
      reply.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  const sendPage = (reply: FastifyReply) =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(html)
  for (const route of ['/', '/r/:roomId']) app.get(route, (_request, reply) => sendPage(reply))
  // A person who follows a broken link gets the page, which says so in words; a program gets an error.
  app.setNotFoundHandler((request, reply) => {
    const isPerson = request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '')
    if (isPerson && !request.url.startsWith('/api/')) return sendPage(reply.code(404))
    return reply.code(404).send({ error: new SfuError('notFound', 'there is no such address').toWire() })
  })
}

/** Fastify reports each address it listens on; one line of our own says it better. */
const quieter = (log: Logger): Logger => log.child({}, log.isLevelEnabled('warn') ? { level: 'warn' } : {})
