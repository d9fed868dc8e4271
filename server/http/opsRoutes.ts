import type { FastifyInstance } from 'fastify'
import { SfuError } from '../../shared/errors.ts'
import type { MediaPort } from '../media/MediaPort.ts'
import type { RoomRegistry } from '../rooms/RoomRegistry.ts'

/** For supervisors: `/healthz` says that the process answers, `/readyz` that it can take calls. */
export function registerOpsRoutes(app: FastifyInstance, parts: { media: MediaPort; registry: RoomRegistry }): void {
  const { media, registry } = parts
  app.get('/healthz', async () => ({ ok: true }))
  app.get('/readyz', async () => {
    registry.assertOpen()
    if (!media.ready) throw new SfuError('notReady', 'no media worker can be relied on')
    return { ok: true }
  })
}
