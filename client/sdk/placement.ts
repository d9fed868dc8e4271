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
export async function requestPlacement(
  origin: string,
  options: JoinOptions & { readonly ticket?: string | undefined },
  signal: AbortSignal,
): Promise<Placement> {
  const url = `${origin}/api/v1/rooms/${encodeURIComponent(options.roomId)}/join`
  const { status, body } = await post(url, credentialsOf(options), signal)
  const refusal = fromWire(body)
  if (refusal !== undefined) throw refusal
  if (isPlacement(body)) return body
  throw new ConnectionError(`the answer of the server (HTTP ${status}) makes no sense`)
}

function credentialsOf(options: JoinOptions & { readonly ticket?: string | undefined }): PlacementRequest {
  const { name, password, hostSecret, invite, token, ticket } = options
  // A ticket says it all.
  if (ticket !== undefined) return { ticket }
  return {
    name,
    ...(password !== undefined && { password }),
    ...(hostSecret !== undefined && { hostSecret }),
    ...(invite !== undefined && { invite }),
    ...(token !== undefined && { token }),
  }
}

async function post(
  url: string,
  body: PlacementRequest,
  signal: AbortSignal,
): Promise<{ status: number; body: unknown }> {
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
