import { SfuError } from '../../shared/errors.ts'
import type { Placement, PlacementRequest } from '../../shared/protocol.ts'
import { ConnectionError } from './ConnectionError.ts'
import { fromWire, messageOf } from './failures.ts'
import type { JoinOptions } from './types.ts'

const DEADLINE_MS = 10_000

/**
 * Asks where the room is: `POST /api/v1/rooms/:roomId/join`.
 * @throws SfuError what the server said
 * @throws ConnectionError if there was no answer, or none of ours (a proxy's, say)
 */
export async function requestPlacement(origin: string, options: JoinOptions, signal: AbortSignal): Promise<Placement> {
  const { status, body } = await post(
    `${origin}/api/v1/rooms/${encodeURIComponent(options.roomId)}/join`,
    options,
    signal,
  )
  const refusal = fromWire(body)
  if (refusal !== undefined) throw refusal
  if (isPlacement(body)) return body
  throw new ConnectionError(`the answer of the server (HTTP ${status}) makes no sense`)
}

async function post(
  url: string,
  { name }: JoinOptions,
  signal: AbortSignal,
): Promise<{ status: number; body: unknown }> {
  const body: PlacementRequest = { name }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    })
    return { status: response.status, body: await response.json().catch(() => undefined) }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof Error && error.name === 'TimeoutError')
      throw new SfuError('timeout', undefined, { cause: error })
    throw new ConnectionError(`cannot reach ${url}: ${messageOf(error)}`, { cause: error })
  }
}

function isPlacement(body: unknown): body is Placement {
  return typeof body === 'object' && body !== null && 'token' in body && 'rtpCapabilities' in body && 'nodeUrl' in body
}
