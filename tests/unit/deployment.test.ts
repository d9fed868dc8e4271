import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkCluster, checkService, readService, readServices } from '../../scripts/compose.ts'
import { permissionsTable } from '../../scripts/permissionsTable.ts'
import { protocolReference } from '../../scripts/protocolReference.ts'
import { settingsTable } from '../../scripts/settingsTable.ts'
import { readConfig, SETTINGS } from '../../server/config.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

describe('docker-compose.yml', () => {
  it('works as it is: one worker, one media port, http on localhost', () => {
    const service = readService({})
    expect(checkService(service)).toEqual([])
    expect(service.ports).toEqual(['3000:3000/tcp', '44444-44444:44444-44444/udp', '44444-44444:44444-44444/tcp'])
    expect(service.environment).toMatchObject({ WORKERS: 1, ANNOUNCED_ADDRESSES: '127.0.0.1' })
  })

  it('takes other ports and more workers when they fit', () => {
    expect(checkService(readService({ WORKERS: '4', MEDIA_PORT_LAST: '44447', PORT: '8080' }))).toEqual([])
    expect(checkService(readService({ WORKERS: '2', MEDIA_PORT: '50000', MEDIA_PORT_LAST: '50001' }))).toEqual([])
    expect(checkService(readService({ STOP_GRACE: '600', STOP_GRACE_PERIOD: '615s' }))).toEqual([])
  })

  it.each([
    ['more workers than ports', { WORKERS: '2' }],
    ['more ports than workers', { MEDIA_PORT_LAST: '44450' }],
    ['another first port alone', { MEDIA_PORT: '50000' }],
    ['a worker count that is none', { WORKERS: 'many' }],
    ['an engine that kills the server before calls may end', { STOP_GRACE: '50' }],
    ['a time without its unit', { STOP_GRACE_PERIOD: '60' }],
  ])('is found wrong with %s', (_, env) => {
    expect(checkService(readService(env)).length).toBeGreaterThan(0)
  })

  it('keeps what must survive in a volume', () => {
    expect(readService({}).volumes).toEqual(['data:/data'])
    expect(environmentOf(read('Dockerfile')).DATA_DIR).toBe('/data')
  })
})

describe('several nodes with docker-compose.yml', () => {
  it('are started only by who asks for them', () => {
    const plain = Object.entries(readServices({})).filter(([, { profiles = [] }]) => profiles.length === 0)
    expect(plain.map(([name]) => name)).toEqual(['tertulia'])
  })

  it('are two behind a front door, as they are', () => {
    const services = readServices({})
    expect(checkCluster(services)).toEqual([])
    expect(services['node-a']?.environment).toMatchObject({
      NODE_ID: 'a',
      NODE_URL: 'http://localhost:3080/n/a',
      REDIS_URL: 'redis://redis:6379',
      AUDIO_ALL_LIMIT: 12,
    })
    expect(services['node-b']).toMatchObject({ image: 'tertulia', read_only: true, volumes: ['data-b:/data'] })
  })

  it('take another site, and more workers when the ports fit', () => {
    const env = { SITE: 'call.example', SITE_URL: 'https://call.example', WORKERS: '4' }
    const fitting = { NODE_A_MEDIA_PORT_LAST: '44453', NODE_B_MEDIA_PORT_LAST: '44463', MEDIA_PORT_LAST: '44447' }
    const services = readServices({ ...env, ...fitting })
    expect(checkCluster(services)).toEqual([])
    expect(services['node-b']?.environment.NODE_URL).toBe('https://call.example/n/b')
    expect(checkCluster(readServices(env)).length).toBeGreaterThan(0)
  })

  it.each<[string, (services: ReturnType<typeof readServices>) => void, string]>([
    [
      'the same media ports',
      (all) => Object.assign(node(all, 'b'), { ports: node(all, 'a').ports }),
      'published twice',
    ],
    ['HTTP beside the front door', (all) => node(all, 'a').ports.push('3001:3000/tcp'), 'beside the front door'],
    ['a node that the front door does not know', (all) => Object.assign(all, { 'node-c': node(all, 'a') }), 'node-c'],
    ["another node's path", (all) => Object.assign(node(all, 'a').environment, { NODE_ID: 'x' }), '/n/x'],
  ])('are found wrong with %s', (_, spoil, what) => {
    const services = structuredClone(readServices({}))
    spoil(services)
    expect(checkCluster(services).join()).toContain(what)
  })
})

function node(services: ReturnType<typeof readServices>, id: string) {
  const service = services[`node-${id}`]
  if (!service) throw new Error(`there is no node ${id}`)
  return service
}

describe('the Dockerfile', () => {
  it('sets only what the server knows, to values it takes', () => {
    const { NODE_ENV, LD_LIBRARY_PATH, ...settings } = environmentOf(read('Dockerfile'))
    expect(NODE_ENV).toBe('production')
    expect(LD_LIBRARY_PATH).toBe('/app/worker/lib')
    expect(Object.keys(settings).filter((name) => !(name in SETTINGS))).toEqual([])
    expect(readConfig(settings)).toMatchObject({ PORT: 3000, MEDIA_PORT: 44444, WORKERS: 1 })
  })

  it('runs as an ordinary user, exposes one media port, and checks its health', () => {
    const lines = read('Dockerfile').split('\n')
    expect(lines).toContain('USER node')
    expect(lines).toContain('EXPOSE 3000/tcp 44444/udp 44444/tcp')
    expect(lines.some((line) => line.startsWith('HEALTHCHECK'))).toBe(true)
  })

  it('copies nothing that is not there', () => {
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
      (match[1] ?? '').split(' '),
    )
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})

describe('the documentation', () => {
  it('has the protocol as the contract has it', () => {
    expect(read('docs/protocol.md')).toBe(protocolReference())
  })

  it('holds the table of permissions that the server has', () => {
    expect(read('docs/access.md')).toContain(permissionsTable())
  })

  it('holds the table of settings that the server has', () => {
    expect(read('docs/operations.md')).toContain(settingsTable())
  })
})

/** The `ENV` of the last stage. */
function environmentOf(dockerfile: string): Record<string, string> {
  const block = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile)?.[1] ?? ''
  return Object.fromEntries([...block.matchAll(/([A-Z_]+)=(\S+)/g)].map((match) => [match[1] ?? '', match[2] ?? '']))
}
