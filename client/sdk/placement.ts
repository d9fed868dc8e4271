import { SfuError } from '../../shared/errors.ts'
import type { Placement, PlacementRequest } from '../../shared/protocol.ts'
import { ConnectionError } from './ConnectionError.ts'
import { postJson } from './postJson.ts'
import type { JoinOptions } from './types.ts'

export type PlacementOptions = JoinOptions & { readonly ticket?: string | undefined }

/** Who does not answer by then is gone, where there are others to ask, milliseconds. */
const PATIENCE_MS = 2500

/**
 * Asks where the room is: `POST /api/v1/rooms/:roomId/join`.
 * @param door where the server answers, such as `https://meet.example` or `https://meet.example/n/a`
 * @returns with whole addresses
 * @throws SfuError what the server said
 * @throws ConnectionError if there was no answer, or none of ours (a proxy's, say)
 */
export async function requestPlacement(
  door: string,
  options: PlacementOptions,
  signal: AbortSignal,
  deadlineMs?: number,
): Promise<Placement> {
  const url = `${door}/api/v1/rooms/${encodeURIComponent(options.roomId)}/join`
  const placement = await postJson({ url, body: credentialsOf(options), isExpected: isPlacement, signal, deadlineMs })
  const { nodeUrl, fallbackUrls = [] } = placement
  return {
    ...placement,
    nodeUrl: resolve(nodeUrl, door),
    fallbackUrls: fallbackUrls.map((fallback) => resolve(fallback, door)),
  }
}

/** Where a call asks for its server: where it began, and when nobody answers there, at the nodes it has heard of. */
export class Doors {
  readonly #origin: string
  #nodes: readonly string[] = []

  constructor(origin: string) {
    this.#origin = origin
  }

  /** Whether there is more than one. */
  get several(): boolean {
    return this.#nodes.length > 0
  }

  /**
   * @param how `hasty`: no door is given more than a moment
   * @throws SfuError | ConnectionError as {@link requestPlacement}; where nobody answers, what the first door said
   */
  async ask(options: PlacementOptions, signal: AbortSignal, how: 'hasty' | 'patient' = 'patient'): Promise<Placement> {
    const doors = [this.#origin, ...this.#nodes]
    const failures: unknown[] = []
    for (const door of doors) {
      const isLastHope = how === 'patient' && failures.length === doors.length - 1
      try {
        const placement = await requestPlacement(door, options, signal, isLastHope ? undefined : PATIENCE_MS)
        const { nodeUrl, fallbackUrls = [] } = placement
        this.#nodes = [...new Set([nodeUrl, ...fallbackUrls])].filter((url) => url !== this.#origin)
        return placement
      } catch (error) {
        if (signal.aborted || !isSilence(error)) throw error
        failures.push(error)
      }
    }
    throw failures[0]
  }
}

/** Nobody of ours has answered. */
const isSilence = (error: unknown): boolean =>
  error instanceof ConnectionError || (error instanceof SfuError && error.code === 'timeout')

/** A node's address may be a path on the origin of whoever tells it; empty: it is the teller. */
const resolve = (url: string, door: string): string => (url === '' ? door : new URL(url, door).href.replace(/\/$/, ''))

function credentialsOf(options: PlacementOptions): PlacementRequest {
  const { name, password, hostSecret, invite, token, ticket, region } = options
  const where = region !== undefined && { region }
  // A ticket says who it is.
  if (ticket !== undefined) return { ticket, ...where }
  return {
    name,
    ...(password !== undefined && { password }),
    ...(hostSecret !== undefined && { hostSecret }),
    ...(invite !== undefined && { invite }),
    ...(token !== undefined && { token }),
    ...where,
  }
}

function isPlacement(body: unknown): body is Placement {
  return typeof body === 'object' && body !== null && 'token' in body && 'rtpCapabilities' in body && 'nodeUrl' in body
}
