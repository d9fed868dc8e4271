import type { Page } from 'puppeteer-core'

/** What the SDK does not tell of a page's connections, from the browser itself. */

type Watched = { connections: RTCPeerConnection[] }

/** Run in a page before its scripts. */
export function watchConnections(): void {
  const connections: RTCPeerConnection[] = []
  Object.assign(globalThis, { connections })
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      connections.push(this)
    }
  }
}

export type Entry = Readonly<Record<string, string | number | boolean | undefined>>

/** All statistics of one type, of all connections. */
export const statsOf = (page: Page, type: string): Promise<Entry[]> =>
  page.evaluate(async (wanted) => {
    const { connections } = globalThis as unknown as Watched
    const reports = await Promise.all(connections.map((connection) => connection.getStats()))
    return reports.flatMap((report) => [...report.values()].filter((entry) => entry.type === wanted))
  }, type)

/** How many sections the descriptions of its connections have. */
export const sectionCount = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { connections } = globalThis as unknown as Watched
    return connections
      .filter(({ signalingState }) => signalingState !== 'closed')
      .reduce((sum, { localDescription }) => sum + (localDescription?.sdp.match(/^m=/gm)?.length ?? 0), 0)
  })
