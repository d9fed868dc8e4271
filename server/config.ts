/**
 * Every setting of the server, from the environment, in one table. Nobody else reads `process.env`. The table in
 * docs/operations.md is generated from this one.
 */

import { isIP } from 'node:net'
import { availableParallelism, hostname, networkInterfaces } from 'node:os'
import { StartError } from './lib/StartError.ts'

type Setting<T> = {
  /** What the operator would have written for the default. */
  fallback: string
  /** How the default reads in the documentation, where it depends on the machine. */
  fallbackText?: string
  doc: string
  /** @throws Error with a sentence that says what is wrong, without the setting's name */
  parse: (text: string) => T
  /** Never shown, not even when it is wrong. */
  secret?: true
}

const setting = <T>(row: Setting<T>) => row

const integer = (min: number, max: number) => (text: string) => {
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || value < min || value > max)
    throw new Error(`must be a whole number from ${min} to ${max}`)
  return value
}

const oneOf =
  <const T extends string>(...choices: T[]) =>
  (text: string) => {
    const choice = choices.find((candidate) => candidate === text)
    if (choice === undefined) throw new Error(`must be one of ${choices.join(', ')}`)
    return choice
  }

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\.?$/

const looksLikeAddress = (text: string) => isIP(text) !== 0 || (HOST_NAME.test(text) && !/^[\d.]+$/.test(text))

const address = (text: string) => {
  if (!looksLikeAddress(text)) throw new Error('must be an IP address or a host name')
  return text
}

/** Which of several are meant; a single one stands before the sentence already. */
const about = (wrong: readonly string[], all: readonly string[], what: string) =>
  all.length > 1 ? `${wrong.join(', ')}: ${what}` : what

const addresses = (text: string): readonly string[] => {
  const list = listOf(text)
  const wrong = list.filter((part) => !looksLikeAddress(part))
  if (wrong.length > 0) throw new Error(about(wrong, list, 'not an IP address or a host name'))
  const unspecified = list.filter((part) => part === '0.0.0.0' || part === '::')
  if (unspecified.length > 0) throw new Error(about(unspecified, list, 'no address that a browser could connect to'))
  if (list.length > 16) throw new Error('at most 16 addresses')
  return Object.freeze(list)
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const isRange = (text: string) => {
  const [ip = '', bits, ...more] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(ip)] ?? -1
  return most > 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
}

/** A range of everything would let anybody choose the address under which they are counted. */
const proxies = (text: string): readonly string[] => {
  const list = listOf(text)
  const wrong = list.filter((part) => !isRange(part))
  if (wrong.length > 0) throw new Error(about(wrong, list, 'not an IP address or a range such as 10.0.0.0/8'))
  if (list.some((part) => part.endsWith('/0'))) throw new Error('a range of all addresses would trust everybody')
  return Object.freeze(list)
}

const origins = (text: string): readonly string[] => {
  const list = listOf(text)
  const wrong = list.filter((part) => !/^https?:/.test(part) || !URL.canParse(part) || new URL(part).origin !== part)
  if (wrong.length > 0) throw new Error(about(wrong, list, 'not an origin such as https://call.example'))
  return Object.freeze(list)
}

const path = (text: string) => {
  if (text.includes('\0')) throw new Error('must be a path')
  return text
}

const SHORTEST_SECRET = 32
/** What stands in instructions, and keys that were typed. */
const LOOKS_LIKE_AN_EXAMPLE = /change.?me|example|secret|password|replace|your.?key|default|0123456789|abcdefgh/i

const secret = (text: string) => {
  if (text.length < SHORTEST_SECRET) throw new Error(`must have at least ${SHORTEST_SECRET} characters`)
  if (LOOKS_LIKE_AN_EXAMPLE.test(text) || new Set(text).size < 10)
    throw new Error('must be random, such as `openssl rand -hex 32` makes one')
  return text
}

const secrets = (text: string): readonly string[] =>
  Object.freeze(
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(secret),
  )

const redisUrl = (text: string) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    throw new Error('must be a URL such as redis://redis.internal:6379')
  return text
}

const NODE_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

const nodeId = (text: string) => {
  if (!NODE_ID.test(text))
    throw new Error('must be letters, digits, `.`, `_` and `-`, at most 64, a letter or digit first')
  return text
}

const hostNodeId = () =>
  hostname()
    .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64) || 'node'

const nodeUrl = (text: string) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || text.endsWith('/'))
    throw new Error(
      'must be a URL such as https://a.call.example or https://call.example/n/a, without a slash at its end',
    )
  return text
}

/** Of its networks; IPv4 first, as it is what most networks between servers speak. */
const ownAddress = () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
  return (outside.find(({ family }) => family === 'IPv4') ?? outside[0])?.address ?? '127.0.0.1'
}

const portRange = (text: string): { readonly min: number; readonly max: number } => {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? []
  const [min, max] = [Number(first), Number(last)]
  if (!(min >= 1 && max <= 65535 && min <= max)) throw new Error('must be a range of ports such as 40000-40999')
  return Object.freeze({ min, max })
}

export const SETTINGS = {
  HOST: setting({ fallback: '0.0.0.0', doc: 'Address on which HTTP and the websocket listen.', parse: address }),
  PORT: setting({
    fallback: '3000',
    doc: 'TCP port of HTTP and the websocket; 0 takes a free one.',
    parse: integer(0, 65535),
  }),
  MEDIA_PORT: setting({
    fallback: '44444',
    doc: 'First port of the media, UDP and TCP. Worker *n* (from 0) listens on `MEDIA_PORT + n`; 0 takes free ones.',
    parse: integer(0, 65535),
  }),
  MEDIA_PORT_LAST: setting({
    fallback: '',
    fallbackText: 'not checked',
    doc: 'Last media port that is published, for a container: the server refuses to start unless it is `MEDIA_PORT + WORKERS - 1`.',
    parse: (text) => (text === '' ? undefined : integer(1, 65535)(text)),
  }),
  WORKERS: setting({
    fallback: String(availableParallelism()),
    fallbackText: 'one for each core',
    doc: 'Number of mediasoup workers; each uses one core and one media port.',
    parse: integer(1, 256),
  }),
  WORKER_CONSUMERS: setting({
    fallback: '500',
    doc: 'A room whose worker sends out so many streams goes on with the next worker, if there is one with room.',
    parse: integer(1, 100_000),
  }),
  ANNOUNCED_ADDRESSES: setting({
    fallback: '',
    fallbackText: "the machine's addresses on its networks, and 127.0.0.1",
    doc: 'Where browsers reach the media: IP addresses or host names, separated by commas. Behind NAT or in a container, the address that the outside knows; for guests in the LAN and on the internet alike, both.',
    parse: addresses,
  }),
  AUDIO_ALL_LIMIT: setting({
    fallback: '12',
    doc: 'Up to this many open microphones in a room, everyone is heard; above it, those who spoke last.',
    parse: integer(1, 100),
  }),
  AUDIO_FORWARDED: setting({
    fallback: '9',
    doc: 'Above AUDIO_ALL_LIMIT: of how many people the voice is forwarded, those who speak and those who spoke last.',
    parse: integer(1, 50),
  }),
  TRUSTED_PROXIES: setting({
    fallback: '',
    fallbackText: 'none',
    doc: 'Addresses and ranges (`10.0.0.0/8`) of the proxies in front, separated by commas; what they say of where a client comes from (`X-Forwarded-For`) is believed. Without it all who come through a proxy count as one address.',
    parse: proxies,
  }),
  ALLOWED_ORIGINS: setting({
    fallback: '',
    fallbackText: "the server's own",
    doc: 'Origins of the pages that may use the server, such as `https://call.example`, separated by commas; pages of any other are refused.',
    parse: origins,
  }),
  MESSAGE_RATE: setting({
    fallback: '100',
    doc: 'Messages a second that a client may send in the long run, four times as many at once; a part of them for each kind. What is above is refused, and whoever goes on is disconnected.',
    parse: integer(10, 1_000_000),
  }),
  CONNECTIONS: setting({
    fallback: '10000',
    doc: 'Connections at once, pages and websockets together; further ones are closed.',
    parse: integer(10, 1_000_000),
  }),
  CONNECTIONS_PER_ADDRESS: setting({
    fallback: '500',
    doc: 'Websockets at once from one address (IPv6: from one network of 64 bits), which may be an office; half as many can come at once, a twentieth each second.',
    parse: integer(2, 1_000_000),
  }),
  ROOMS_PER_ADDRESS: setting({
    fallback: '50',
    doc: 'Rooms in which people of one address can be at once.',
    parse: integer(1, 1_000_000),
  }),
  VIDEO_CODEC: setting({
    fallback: 'vp8',
    doc: '`vp8`, `vp9`, `av1` or `h264`: what video is sent in. While somebody in a room cannot decode it, everyone there sends VP8; who cannot encode it always does. `av1` goes in one layer, so that small tiles save nothing.',
    parse: oneOf('vp8', 'vp9', 'av1', 'h264'),
  }),
  VIDEO_LAST_N: setting({
    fallback: '',
    fallbackText: 'all that are on screen',
    doc: 'Most cameras that each person is sent: pinned ones first, then those who spoke last, then the largest tiles. Screens do not count.',
    parse: (text) => (text === '' ? undefined : integer(0, 100)(text)),
  }),
  SCREEN_SHARES: setting({
    fallback: 'many',
    doc: '`many`: several people of a room may share their screens at once; `one`: one at a time.',
    parse: oneOf('many', 'one'),
  }),
  ROOM_CREATION: setting({
    fallback: 'anyone',
    doc: 'Who may make rooms: `anyone` (also by visiting `/r/name`: the first to come is host), `key` (with `ROOM_CREATION_KEY`) or `integrator` (with a token that has the grant `roomCreate`).',
    parse: oneOf('anyone', 'key', 'integrator'),
  }),
  ROOM_CREATION_KEY: setting({
    fallback: '',
    fallbackText: 'none',
    doc: 'For `ROOM_CREATION=key`: sent as `Authorization: Bearer …`; at least 32 characters.',
    parse: (text) => (text === '' ? undefined : secret(text)),
    secret: true,
  }),
  ROOM_GRACE: setting({
    fallback: '300',
    doc: 'Seconds after which an empty room is forgotten, with its lock, bans and chat.',
    parse: integer(0, 31_536_000),
  }),
  SESSION_TTL: setting({
    fallback: '600',
    doc: 'Seconds for which somebody who has gone may come back as the same peer, with the same role.',
    parse: integer(10, 43_200),
  }),
  RESUME_MAX: setting({
    fallback: '120',
    doc: 'Seconds for which somebody whose signalling is cut stays in the room while media still comes, at most `SESSION_TTL`; who has neither leaves after ten. 0: people leave with their websocket.',
    parse: integer(0, 3600),
  }),
  DUPLICATE_IDENTITY: setting({
    fallback: 'replace',
    doc: 'When an identity comes in a second time: `replace` ends the visit of before, `allow` keeps both.',
    parse: oneOf('replace', 'allow'),
  }),
  HOST_SUCCESSION: setting({
    fallback: 'on',
    doc: 'When the last host has been gone for `HOST_GRACE`, the moderator who has been there longest becomes host, else the speaker; `off` for rooms that wait for their host.',
    parse: oneOf('on', 'off'),
  }),
  HOST_GRACE: setting({
    fallback: '60',
    doc: 'Seconds for which a host may be gone before somebody else becomes host.',
    parse: integer(0, 86_400),
  }),
  STOP_GRACE: setting({
    fallback: '30',
    doc: 'Seconds that calls may still go on when the server is told to stop (SIGTERM); people are told. It stops sooner when nobody is in a call.',
    parse: integer(0, 86_400),
  }),
  TOKEN_SECRETS: setting({
    fallback: '',
    fallbackText: 'made on the first start, in `DATA_DIR`; with `REDIS_URL`, kept there for all nodes',
    doc: 'Secrets that sign tokens, separated by commas, each of at least 32 characters: the first signs, all verify, so they can be changed without a break. Integrators sign with the same.',
    parse: secrets,
    secret: true,
  }),
  DATA_DIR: setting({
    fallback: './data',
    doc: 'Folder for what must survive a restart: the secret that signs tokens, and what rooms remember.',
    parse: path,
  }),
  REDIS_URL: setting({
    fallback: '',
    fallbackText: 'none: this node serves alone',
    doc: 'Redis over which several nodes serve together, such as `redis://:password@redis.internal:6379`. The settings below, up to `ADMIN_TOKEN`, matter only with it.',
    parse: (text) => (text === '' ? undefined : redisUrl(text)),
    secret: true,
  }),
  NODE_ID: setting({
    fallback: hostNodeId(),
    fallbackText: "the machine's name",
    doc: 'Name of this node among those that serve together; no two may have the same.',
    parse: nodeId,
  }),
  NODE_URL: setting({
    fallback: '',
    fallbackText: 'where the page came from',
    doc: 'Where browsers reach this very node, such as `https://a.call.example` or `https://call.example/n/a`.',
    parse: (text) => (text === '' ? '' : nodeUrl(text)),
  }),
  NODE_ADDRESS: setting({
    fallback: ownAddress(),
    fallbackText: "the machine's first address on its networks",
    doc: 'Where the other nodes reach this one, for what they tell each other and for media: an IP address or a host name.',
    parse: address,
  }),
  PRIVATE_HOST: setting({
    fallback: '',
    fallbackText: '`NODE_ADDRESS`',
    doc: 'Address on which the listener for the other nodes listens.',
    parse: (text) => (text === '' ? undefined : address(text)),
  }),
  PRIVATE_PORT: setting({
    fallback: '3001',
    doc: 'TCP port of the listener for the other nodes; 0 takes a free one. Open it to them alone.',
    parse: integer(0, 65535),
  }),
  PIPE_PORTS: setting({
    fallback: '40000-40999',
    doc: 'UDP ports for media between nodes. Open them to the other nodes alone.',
    parse: portRange,
  }),
  REGION: setting({
    fallback: '',
    fallbackText: 'none',
    doc: 'Where this node stands, in any words: people are sent to a node of their region if there is one.',
    parse: (text) => {
      if (text.length > 64) throw new Error('at most 64 characters')
      return text
    },
  }),
  ADMIN_TOKEN: setting({
    fallback: '',
    fallbackText: 'none',
    doc: 'Opens the requests of operators on the private listener (`Authorization: Bearer …`); at least 32 characters.',
    parse: (text) => (text === '' ? undefined : secret(text)),
    secret: true,
  }),
  MEDIASOUP_WORKER_BIN: setting({
    fallback: '',
    fallbackText: 'found by the set-up',
    doc: 'Path of the mediasoup-worker program, where it is not to be looked for or built.',
    parse: path,
  }),
  LOG_LEVEL: setting({
    fallback: 'info',
    doc: '`fatal`, `error`, `warn`, `info`, `debug` or `silent`.',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent'),
  }),
  LOG_FORMAT: setting({
    fallback: process.stdout.isTTY ? 'text' : 'json',
    fallbackText: '`text` on a terminal, else `json`',
    doc: '`text` for people, `json` (one object a line) for machines.',
    parse: oneOf('text', 'json'),
  }),
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS
export type Config = { readonly [N in SettingName]: ReturnType<(typeof SETTINGS)[N]['parse']> }

/**
 * Reads the settings. An empty value counts as not set, so that compose can pass variables through.
 *
 * @throws StartError with one line for each mistake
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const mistakes: string[] = []
  const values = Object.entries<Setting<unknown>>(SETTINGS).map(([name, row]) => {
    const text = env[name]?.trim() || row.fallback
    try {
      return [name, row.parse(text)]
    } catch (error) {
      mistakes.push(`${name}${row.secret ? '' : `=${text}`}: ${(error as Error).message}`)
      return [name, undefined]
    }
  })
  const config = Object.fromEntries(values) as Config
  if (mistakes.length === 0) mistakes.push(...contradictions(config))
  if (mistakes.length > 0) throw new StartError(mistakes)
  return Object.freeze(config)
}

function contradictions(config: Config): string[] {
  const found: string[] = []
  const { AUDIO_ALL_LIMIT: all, AUDIO_FORWARDED: forwarded } = config
  if (forwarded > all) found.push(`AUDIO_FORWARDED=${forwarded}: must be at most AUDIO_ALL_LIMIT, which is ${all}`)
  if (config.ROOM_CREATION === 'key' && config.ROOM_CREATION_KEY === undefined)
    found.push('ROOM_CREATION=key: needs a ROOM_CREATION_KEY')
  const { MEDIA_PORT: first, MEDIA_PORT_LAST: published, WORKERS: count, PORT: http } = config
  const { PRIVATE_PORT: own, PIPE_PORTS: pipes } = config
  const isAmongNodes = config.REDIS_URL !== undefined
  if (isAmongNodes && own !== 0 && own === http) found.push(`PRIVATE_PORT=${own}: is PORT as well`)
  if (first === 0) return found
  const last = first + count - 1
  if (last > 65535)
    found.push(`MEDIA_PORT=${first}: with WORKERS=${count} the last media port would be ${last}, above 65535`)
  if (published !== undefined && published !== last)
    found.push(`MEDIA_PORT_LAST=${published}: with MEDIA_PORT=${first} and WORKERS=${count} it must be ${last}`)
  if (isAmongNodes && pipes.min <= last && pipes.max >= first)
    found.push(`PIPE_PORTS=${pipes.min}-${pipes.max}: has some of the media ports ${first} to ${last}`)
  if (http >= first && http <= last) found.push(`PORT=${http}: is one of the media ports ${first} to ${last}`)
  return found
}
