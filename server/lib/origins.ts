import type { IncomingHttpHeaders } from 'node:http'

/** Whether a page may talk to the server; what is no page says nothing of where it comes from. */
export type IsAllowedOrigin = (headers: IncomingHttpHeaders) => boolean

/**
 * @param allowed origins such as `https://call.example`; empty: the page must come from where it talks to, which the
 * browser says itself (`Sec-Fetch-Site`) or which the host shows
 * @param nodes whose pages may do so in any case
 */
export function createIsAllowedOrigin(allowed: readonly string[], nodes?: NodeOrigins): IsAllowedOrigin {
  const listed = new Set(allowed)
  return ({ origin, host, ...headers }) => {
    if (origin === undefined || nodes?.has(origin)) return true
    if (listed.size > 0) return listed.has(origin)
    return headers['sec-fetch-site'] === 'same-origin' || hostOf(origin) === host
  }
}

/** More nodes than any cluster has, also over the years. */
const MOST_NODES = 1000

/**
 * Where the nodes of a cluster are reached, also those that were there once: a page from a node that has died asks the
 * others, and one that was loaded while a node was away may have to go there later.
 */
export class NodeOrigins {
  readonly #urls: () => readonly string[]
  /** By the nodes' addresses; undefined: a path on any origin, or none. */
  readonly #known = new Map<string, string | undefined>()

  /** @param urls of the nodes that are there now, such as `https://a.example`, `https://call.example/n/a` or `/n/a` */
  constructor(urls: () => readonly string[]) {
    this.#urls = urls
  }

  has(origin: string): boolean {
    return this.list().includes(origin)
  }

  list(): string[] {
    for (const url of this.#urls())
      if (!this.#known.has(url) && this.#known.size < MOST_NODES) this.#known.set(url, originOf(url))
    return [...new Set([...this.#known.values()].filter((origin) => origin !== undefined))]
  }
}

function originOf(url: string): string | undefined {
  try {
    const { origin, protocol } = new URL(url)
    return protocol === 'https:' || protocol === 'http:' ? origin : undefined
  } catch {
    return undefined
  }
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
