/**
 * What docker-compose.yml says once its variables are filled in, and what is wrong with it. No engine is needed:
 * `node scripts/compose.ts` checks the file with the environment and the .env file as they are.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { parse } from 'yaml'
import { readConfig, SETTINGS } from '../server/config.ts'
import { StartError } from '../server/lib/StartError.ts'

type Env = Record<string, string | undefined>
type Service = {
  ports: string[]
  environment: Record<string, string>
  volumes: string[]
  profiles?: string[]
  [key: string]: unknown
}

const root = join(import.meta.dirname, '..')
const HTTP_PORT_INSIDE = 3000
/** The profile of what serves together. */
const CLUSTER = 'cluster'

/** All services, with `${NAME:-default}` replaced as compose does. */
export function readServices(env: Env): Record<string, Service> {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  const filled = text.replaceAll(
    /\$\{([A-Z_]+):-([^}]*)\}/g,
    (_, name: string, fallback: string) => env[name] || fallback,
  )
  return (parse(filled, { merge: true }) as { services: Record<string, Service> }).services
}

/** The one that a plain `docker compose up` starts. */
export function readService(env: Env): Service {
  const { tertulia } = readServices(env)
  if (!tertulia) throw new Error('there is no service tertulia')
  return tertulia
}

/** One line for each mistake: settings that the server refuses or does not know, ports and times that do not fit them. */
export function checkService(service: Service): string[] {
  const environment = Object.fromEntries(
    Object.entries(service.environment).map(([name, value]) => [name, String(value)]),
  )
  const unknown = Object.keys(environment).filter((name) => !(name in SETTINGS))
  if (unknown.length > 0) return [`no such setting: ${unknown.join(', ')}`]
  try {
    const { MEDIA_PORT, WORKERS, STOP_GRACE } = readConfig(environment)
    const published = new Set(service.ports.flatMap(expand))
    const media = Array.from({ length: WORKERS }, (_, index) => MEDIA_PORT + index)
    const wanted = new Set(media.flatMap((port) => [`${port}:${port}/udp`, `${port}:${port}/tcp`]))
    const withoutHttp = [...published].filter((mapping) => !mapping.endsWith(`:${HTTP_PORT_INSIDE}/tcp`))
    return [
      ...[...wanted].filter((mapping) => !published.has(mapping)).map((mapping) => `not published: ${mapping}`),
      ...withoutHttp.filter((mapping) => !wanted.has(mapping)).map((mapping) => `published without need: ${mapping}`),
      ...checkHttp(service, withoutHttp.length < published.size),
      ...checkPatience(String(service.stop_grace_period), STOP_GRACE),
    ]
  } catch (error) {
    if (error instanceof StartError) return [...error.lines]
    throw error
  }
}

/** A node of several is reached by way of the front door; else what that says of clients' addresses could be anyone's. */
function checkHttp({ profiles = [] }: Service, isPublished: boolean): string[] {
  const isBehindDoor = profiles.includes(CLUSTER)
  if (isPublished) return isBehindDoor ? ['HTTP is published beside the front door'] : []
  return isBehindDoor ? [] : ['HTTP is not published']
}

/** What is wrong with the nodes that serve together, and with the front door's configuration. */
export function checkCluster(services: Record<string, Service>): string[] {
  const door = readFileSync(join(root, 'deploy', 'Caddyfile'), 'utf8')
  const any = /^handle \{\n\treverse_proxy (.*) \{$/m.exec(door)?.[1]?.split(' ') ?? []
  const nodes = Object.entries(services).filter(([name]) => name.startsWith('node-'))
  const ports = Object.values(services).flatMap((service) => (service.ports ?? []).flatMap(expand))
  const twice = ports.filter((port, at) => ports.indexOf(port) !== at)
  return [
    ...nodes.flatMap(([name, service]) => {
      const { NODE_ID: id = '', NODE_URL: url = '' } = service.environment
      const address = `${name}:${HTTP_PORT_INSIDE}`
      const route = `handle_path /n/${id}/* {\n\treverse_proxy ${address}\n}`
      return [
        ...checkService(service).map((mistake) => `${name}: ${mistake}`),
        ...(url.endsWith(`/n/${id}`) ? [] : [`${name}: NODE_URL=${url}: does not end with /n/${id}`]),
        ...(door.includes(route) ? [] : [`the front door does not lead from /n/${id}/ to ${address}`]),
        ...(any.includes(address) ? [] : [`the front door sends nobody to ${address}`]),
      ]
    }),
    ...twice.map((port) => `published twice: ${port}`),
  ]
}

/** What a server needs to end after the last call, seconds. */
const END_SECONDS = 15

/** An engine that loses patience first kills the server while people still talk. */
function checkPatience(patience: string, stopGrace: number): string[] {
  const seconds = Number(/^(\d+)s$/.exec(patience)?.[1])
  if (Number.isNaN(seconds)) return [`STOP_GRACE_PERIOD=${patience}: must be whole seconds, such as 60s`]
  const least = stopGrace + END_SECONDS
  return seconds >= least ? [] : [`STOP_GRACE_PERIOD=${patience}: with STOP_GRACE=${stopGrace} at least ${least}s`]
}

/** `1-2:1-2/udp` → `1:1/udp`, `2:2/udp`. */
function expand(mapping: string): string[] {
  const match = /^(\d+)(?:-(\d+))?:(\d+)(?:-(\d+))?\/(udp|tcp)$/.exec(mapping)
  if (!match) return [mapping]
  const [outside, outsideLast, inside] = [match[1], match[2] ?? match[1], match[3]].map(Number)
  const count = (outsideLast ?? 0) - (outside ?? 0) + 1
  return Array.from(
    { length: Math.max(0, count) },
    (_, at) => `${(outside ?? 0) + at}:${(inside ?? 0) + at}/${match[5]}`,
  )
}

if (import.meta.main) {
  const file = join(root, '.env')
  const env: Env = { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...process.env }
  const mistakes = [...checkService(readService(env)), ...checkCluster(readServices(env))]
  for (const mistake of mistakes) console.error(mistake)
  if (mistakes.length === 0) console.log('docker-compose.yml fits the settings')
  process.exitCode = mistakes.length === 0 ? 0 : 1
}
