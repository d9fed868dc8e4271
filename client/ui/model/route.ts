/** Which view an address stands for. */
import { signal } from '@preact/signals'
import type { RoomId } from '../../../shared/ids.ts'
import { cleanName } from './displayName.ts'
import { inLowerCase, isRoomId } from './roomId.ts'

export type Route = { readonly view: 'home' } | { readonly view: 'notFound' } | RoomRoute
/** A room, and what its link asks for: `?name=…&autojoin=1&cam=0&mic=0`. */
export type RoomRoute = {
  readonly view: 'room'
  readonly roomId: RoomId
  /** Empty where the link names nobody. */
  readonly name: string
  readonly autojoin: boolean
  readonly mic: boolean
  readonly cam: boolean
}

export function parseRoute({ pathname, search }: { pathname: string; search: string }): Route {
  if (pathname === '/' || pathname === '/index.html') return { view: 'home' }
  const roomId = /^\/r\/([^/]+)\/?$/.exec(pathname)?.[1]
  if (!roomId || !isRoomId(roomId)) return { view: 'notFound' }
  const query = new URLSearchParams(search)
  return {
    view: 'room',
    roomId: inLowerCase(roomId),
    name: cleanName(query.get('name') ?? ''),
    autojoin: query.get('autojoin') === '1',
    mic: query.get('mic') !== '0',
    cam: query.get('cam') !== '0',
  }
}

export const roomPath = (roomId: RoomId): string => `/r/${roomId}`

/** The link to give to others: without one's own name and wishes. */
export const roomLink = (roomId: RoomId): string => new URL(roomPath(roomId), location.href).href

/** A link to this very computer: others who open it reach their own. */
export const isLocalHost = (hostname: string): boolean =>
  /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)

/** Where the page is now. */
export const route = signal<Route>({ view: 'home' })

/** Follows the address bar; called once. */
export function startRouter(): void {
  const follow = () => {
    route.value = parseRoute(location)
  }
  addEventListener('popstate', follow)
  follow()
}

/** Goes to another view without loading the page anew. */
export function navigate(path: string): void {
  history.pushState(null, '', path)
  route.value = parseRoute(location)
  scrollTo(0, 0)
}
