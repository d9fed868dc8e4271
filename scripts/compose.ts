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
type Service = { ports: string[]; environment: Record<string, string>; volumes: string[]; [key: string]: unknown }

const root = join(import.meta.dirname, '..')
const HTTP_PORT_INSIDE = 3000

/** The service `tertulia`, with `${NAME:-default}` replaced as compose does. */
export function readService(env: Env): Service {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  const filled = text.replaceAll(
    /\$\{([A-Z_]+):-([^}]*)\}/g,
    (_, name: string, fallback: string) => env[name] || fallback,
  )
  const { services } = parse(filled) as { services: { tertulia: Service } }
  return services.tertulia
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
      ...(withoutHttp.length === published.size ? ['HTTP is not published'] : []),
      ...checkPatience(String(service.stop_grace_period), STOP_GRACE),
    ]
  } catch (error) {
    if (error instanceof StartError) return [...error.lines]
    throw error
  }
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
  const mistakes = checkService(readService(env))
  for (const mistake of mistakes) console.error(mistake)
  if (mistakes.length === 0) console.log('docker-compose.yml fits the settings')
  process.exitCode = mistakes.length === 0 ? 0 : 1
}
