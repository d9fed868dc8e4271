import type { IncomingHttpHeaders } from 'node:http'

/** Whether a page may talk to the server; what is no page says nothing of where it comes from. */
export type IsAllowedOrigin = (headers: IncomingHttpHeaders) => boolean

/**
 * @param allowed origins such as `https://call.example`; empty: the page must come from where it talks to, which the
 * browser says itself (`Sec-Fetch-Site`) or which the host shows
 */
export function createIsAllowedOrigin(allowed: readonly string[]): IsAllowedOrigin {
  const listed = new Set(allowed)
  return ({ origin, host, ...headers }) => {
    if (origin === undefined) return true
    if (listed.size > 0) return listed.has(origin)
    return headers['sec-fetch-site'] === 'same-origin' || hostOf(origin) === host
  }
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
