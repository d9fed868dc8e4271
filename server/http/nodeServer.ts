import { createHash, timingSafeEqual } from 'node:crypto'
import { isIPv6 } from 'node:net'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import { Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { SfuError } from '../../shared/errors.ts'
import { type NodeId, RoomIdSchema } from '../../shared/ids.ts'
import type { AnswerCommand } from '../cluster/Cluster.ts'
import { type CommandInput, NODE_COMMANDS, type NodeCommandName } from '../cluster/nodeApi.ts'
import { answerErrors } from './errors.ts'
import { listenError } from './listening.ts'

/** Longest body, bytes: a producer's parameters are the longest. */
const BODY_LIMIT = 262_144
const TIMEOUT_MS = 15_000
/** Node's own 30 seconds would come late. */
const CHECK_INTERVAL_MS = 2000
/** Longer than any room's or command's name. */
const LONGEST_NAME = 100

const Params = Compile(Type.Object({ roomId: RoomIdSchema }))
const INPUT_CHECKS = new Map<string, Validator>(
  Object.entries(NODE_COMMANDS).map(([name, { input }]) => [name, Compile(input)]),
)

type Options = {
  nodeId: NodeId
  tokens: { verifyNode(token: string): Promise<NodeId> }
  /** @throws SfuError which the other node gets */
  handleCommand: AnswerCommand
  /** What operators show; without it nothing is open to them. */
  adminToken: string | undefined
  /** Begins to send people away. @returns when those who are left are, milliseconds since 1970 */
  drain: () => { deadline: number }
  log: Logger
}

export type NodeServer = {
  /** @returns the port @throws StartError in words */
  listen(place: { host: string; port: number }): Promise<number>
  close(): Promise<void>
}

/** The private listener: for the other nodes and for operators, with a token each; never for browsers. */
export function createNodeServer({ nodeId, tokens, handleCommand, adminToken, drain, log }: Options): NodeServer {
  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: TIMEOUT_MS,
    connectionTimeout: TIMEOUT_MS,
    http: { headersTimeout: TIMEOUT_MS, connectionsCheckingInterval: CHECK_INTERVAL_MS },
    routerOptions: { maxParamLength: LONGEST_NAME },
    frameworkErrors: (_error, _request, reply) => void notFound(reply as FastifyReply),
    forceCloseConnections: true,
  })
  app.removeContentTypeParser('text/plain')
  answerErrors(app)
  app.setNotFoundHandler((_request, reply) => notFound(reply))
  app.get('/healthz', async () => ({ ok: true }))

  // Before anything of the body is read: it may be long, and may come slowly.
  const senders = new WeakMap<FastifyRequest, NodeId>()
  const onRequest = async (request: FastifyRequest) => {
    senders.set(request, await tokens.verifyNode(bearerOf(request.headers.authorization)))
  }
  type Names = { Params: { roomId: string; command: string } }
  app.post<Names>('/node/v1/rooms/:roomId/:command', { onRequest }, async (request) => {
    const from = senders.get(request) as NodeId
    const { roomId, command } = request.params
    const check = INPUT_CHECKS.get(command)
    if (!check) throw new SfuError('unknownRequest')
    const params: unknown = { roomId }
    if (!Params.Check(params)) throw new SfuError('invalidInput', 'there is no such room')
    if (!check.Check(request.body)) throw new SfuError('invalidInput')
    const input = request.body as CommandInput<NodeCommandName>
    return await handleCommand(from, params.roomId, command as NodeCommandName, input)
  })

  const checkOperator = async (request: FastifyRequest) => {
    if (!isSame(bearerOf(request.headers.authorization), adminToken)) throw new SfuError('unauthorized')
  }
  app.post<{ Params: { id: string } }>(
    '/api/v1/nodes/:id/drain',
    { onRequest: checkOperator },
    async (request, reply) => {
      if (request.params.id !== nodeId) throw new SfuError('notFound', 'this is another node')
      return reply.code(202).send(drain())
    },
  )

  return {
    listen: async ({ host, port }) => {
      try {
        await app.listen({ host, port, listenTextResolver: () => `nodes reach this one on ${host}` })
      } catch (error) {
        await app.close()
        throw listenError(error, { HOST: host, PORT: port }, 'PRIVATE_')
      }
      const address = app.server.address()
      return typeof address === 'object' && address ? address.port : port
    },
    close: () => app.close(),
  }
}

/** Where the other nodes reach the private listener. */
export const privateUrl = (address: string, port: number): string =>
  `http://${isIPv6(address) ? `[${address}]` : address}:${port}`

const notFound = (reply: FastifyReply) =>
  reply.code(404).send({ error: new SfuError('notFound', 'there is no such address').toWire() })

const bearerOf = (header: string | undefined): string => /^Bearer (\S+)$/.exec(header ?? '')?.[1] ?? ''

/** In the same time, however much of it is right. */
function isSame(given: string, wanted = ''): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted)) && wanted !== ''
}
