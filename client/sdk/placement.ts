import type { Placement, PlacementRequest } from '../../shared/protocol.ts'
import { postJson } from './postJson.ts'
import type { JoinOptions } from './types.ts'

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
  return await postJson({ url, body: credentialsOf(options), isExpected: isPlacement, signal })
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

function isPlacement(body: unknown): body is Placement {
  return typeof body === 'object' && body !== null && 'token' in body && 'rtpCapabilities' in body && 'nodeUrl' in body
}
