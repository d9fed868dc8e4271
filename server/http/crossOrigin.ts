import type { FastifyInstance } from 'fastify'
import { SfuError } from '../../shared/errors.ts'
import type { IsAllowedOrigin } from '../lib/origins.ts'

/** Refuses the API to pages of other origins, and lets those that the operator has allowed read its answers. */
export function refuseOtherOrigins(app: FastifyInstance, isAllowedOrigin: IsAllowedOrigin): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    if (origin === undefined || !request.url.startsWith('/api/')) return
    if (!isAllowedOrigin(request.headers))
      throw new SfuError('notAllowed', 'pages of this origin may not use the server')
    reply.header('access-control-allow-origin', origin).header('vary', 'origin')
  })
  // What a browser asks before it sends JSON to another origin.
  app.options('/api/*', async (_request, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST')
      .header('access-control-allow-headers', 'content-type, authorization')
      .header('access-control-max-age', '600')
      .send(),
  )
}
