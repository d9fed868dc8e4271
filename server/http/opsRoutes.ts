import type { FastifyInstance } from 'fastify'
import { SfuError } from '../../shared/errors.ts'
import type { MediaPort } from '../media/MediaPort.ts'

/** For supervisors: `/healthz` says that the process answers, `/readyz` that it can take calls. */
export function registerOpsRoutes(app: FastifyInstance, { media }: { media: MediaPort }): void {
  app.get('/healthz', async () => ({ ok: true }))
  app.get('/readyz', async () => {
    if (!media.ready) throw new SfuError('notReady', 'no media worker is running')
    return { ok: true }
  })
}
