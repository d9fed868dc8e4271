/** Which view an address stands for. */
import { signal } from '@preact/signals'
import type { RoomId } from '../../../shared/ids.ts'
import { cleanName } from './displayName.ts'
import { keepSecrets, type LinkSecrets, secretsOf } from './linkSecrets.ts'
import { inLowerCase, isRoomId } from './roomId.ts'

export type Route = { readonly view: 'home' } | { readonly view: 'notFound' } | RoomRoute
/** A room, and what its link asks for: `?name=…&autojoin=1&cam=0&mic=0&region=…`. */
export type RoomRoute = LinkSecrets & {
  readonly view: 'room'
  readonly roomId: RoomId
  /** Empty where the link names nobody. */
  readonly name: string
  readonly autojoin: boolean
  readonly mic: boolean
  readonly cam: boolean
  /** Where to be served, as the operator calls it. */
  readonly region?: string
}

/** The contract's bound. */
const MOST_REGION = 64

export function parseRoute({
  pathname,
  search,
  hash = '',
}: {
  pathname: string
  search: string
  hash?: string
}): Route {
  if (pathname === '/' || pathname === '/index.html') return { view: 'home' }
  const roomId = /^\/r\/([^/]+)\/?$/.exec(pathname)?.[1]
  if (!roomId || !isRoomId(roomId)) return { view: 'notFound' }
  const query = new URLSearchParams(search)
  const fragment = new URLSearchParams(hash.replace(/^#/, ''))
  const [hostSecret, invite] = [fragment.get('host'), fragment.get('invite')]
  const region = query.get('region')?.slice(0, MOST_REGION)
  return {
    view: 'room',
    roomId: inLowerCase(roomId),
    name: cleanName(query.get('name') ?? ''),
    autojoin: query.get('autojoin') === '1',
    mic: query.get('mic') !== '0',
    cam: query.get('cam') !== '0',
    ...(region && { region }),
    ...(hostSecret && { hostSecret }),
    ...(invite && { invite }),
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
    route.value = here()
  }
  addEventListener('popstate', follow)
  follow()
}

/** Goes to another view without loading the page anew. */
export function navigate(path: string): void {
  history.pushState(null, '', path)
  route.value = here()
  scrollTo(0, 0)
}

/** What the address bar says, and what came in its fragment, which does not stay there. */
function here(): Route {
  const found = parseRoute(location)
  if (found.view !== 'room') return found
  const { hostSecret, invite, ...room } = found
  if (hostSecret || invite) {
    keepSecrets(room.roomId, { ...(hostSecret && { hostSecret }), ...(invite && { invite }) })
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  return { ...room, ...secretsOf(room.roomId) }
}
