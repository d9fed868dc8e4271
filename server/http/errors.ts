import type { FastifyInstance } from 'fastify'
import { SfuError } from '../../shared/errors.ts'

/** After so long what cannot be done now is worth another try, seconds. */
const RETRY_AFTER_SECONDS = 2

/** Every failure is answered with one of the contract's errors, and no stack trace. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const known = toSfuError(error)
    if (known.code === 'internal') request.log.error({ err: error, url: request.url }, 'http request failed')
    // RFC 9110, section 10.2.3
    if (known.code === 'notReady') reply.header('retry-after', RETRY_AFTER_SECONDS)
    return reply.code(clientErrorStatus(error) ?? known.status).send({ error: known.toWire() })
  })
}

/** Fastify's own refusals (413 too large, 415 wrong content type) keep their status. */
function clientErrorStatus(error: unknown): number | undefined {
  const status = (error as { statusCode?: number }).statusCode
  return status !== undefined && status >= 400 && status < 500 ? status : undefined
}

function toSfuError(error: unknown): SfuError {
  if (error instanceof SfuError) return error
  if (clientErrorStatus(error) !== undefined) return new SfuError('invalidInput', (error as Error).message)
  return new SfuError('internal', undefined, { cause: error })
}
