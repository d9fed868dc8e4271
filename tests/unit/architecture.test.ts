import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * Who may import whom, by folder: the arrows of docs/architecture.md. `types` are allowed as `import type` only. A
 * folder may always import itself; `server/lib` and `shared` are for everyone on the server.
 */
const ARROWS: Record<string, { values: string[]; types?: string[] }> = {
  shared: { values: [] },
  'server/main': { values: ['server/app', 'server/config', 'server/lib'] },
  'server/app': {
    values: [
      'server/foundation',
      'server/http',
      'server/signaling',
      'server/rooms',
      'server/media',
      'server/auth',
      'server/cluster',
      'server/core',
      'server/store',
      'server/lib',
    ],
    types: ['server/config', 'shared'],
  },
  'server/foundation': {
    values: ['server/auth', 'server/cluster', 'server/store', 'server/http/nodeServer', 'server/lib', 'shared'],
    types: ['server/config', 'server/media/pipeTransport'],
  },
  'server/config': { values: ['server/lib'] },
  'server/core': { values: ['shared'], types: ['shared'] },
  'server/http': {
    values: ['server/auth', 'server/rooms', 'server/core', 'server/lib', 'shared', 'server/cluster/nodeApi'],
    types: ['server/media/MediaPort', 'server/store/RoomStore', 'server/cluster/Cluster'],
  },
  'server/signaling': {
    values: ['server/auth', 'server/rooms', 'server/core', 'server/lib', 'shared'],
    types: ['server/store/RoomStore', 'server/cluster/nodeApi'],
  },
  'server/rooms': {
    // What is patched here and in the store is patched alike.
    values: ['server/core', 'server/lib', 'shared', 'server/store/RoomStore'],
    types: ['server/media/MediaPort', 'server/cluster/Cluster', 'server/cluster/nodeApi'],
  },
  'server/store': { values: ['shared', 'server/lib', 'server/cluster/RedisConnection'] },
  'server/cluster': { values: ['server/core', 'server/lib', 'shared'], types: ['server/store/RoomStore'] },
  'server/media': {
    values: ['server/core', 'server/lib', 'shared'],
    types: ['server/cluster/Cluster', 'server/cluster/nodeApi'],
  },
  'server/auth': { values: ['shared', 'server/lib'] },
  'server/lib': { values: ['server/core', 'shared'] },
  client: { values: ['shared/errors', 'shared/protocol', 'shared/roomNames'], types: ['shared'] },
}

/** Packages that one folder alone may import. */
const OWNED_PACKAGES: Record<string, string> = {
  mediasoup: 'server/media',
  fastify: 'server/http',
  'socket.io': 'server/signaling',
  '@redis': 'server/cluster',
}

const root = resolve(import.meta.dirname, '../..')
const sources = ['server', 'shared', 'client'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file)),
)

/** The longest entry of ARROWS that a file belongs to. */
const areaOf = (file: string) =>
  Object.keys(ARROWS)
    .filter((area) => file === `${area}.ts` || file.startsWith(`${area}/`))
    .sort((a, b) => b.length - a.length)[0]

const importsOf = (file: string) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'/gms)].map(
    (match) => ({
      typeOnly: match[1] !== undefined,
      specifier: match[2] ?? '',
    }),
  )

const isWithin = (target: string, area: string) =>
  target === area || target === `${area}.ts` || target.startsWith(`${area}/`)

describe('the architecture', () => {
  it('covers every source file', () => {
    expect(sources.filter((file) => areaOf(file) === undefined)).toEqual([])
    expect(sources.length).toBeGreaterThan(30)
  })

  it('has no import against the arrows', () => {
    const wrong = sources.flatMap((file) => {
      const area = areaOf(file) ?? ''
      const { values = [], types = [] } = ARROWS[area] ?? {}
      return importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ typeOnly, specifier }) => ({ typeOnly, target: relative(root, join(root, dirname(file), specifier)) }))
        .filter(
          ({ typeOnly, target }) => ![area, ...values, ...(typeOnly ? types : [])].some((to) => isWithin(target, to)),
        )
        .map(({ target }) => `${file} → ${target}`)
    })
    expect(wrong).toEqual([])
  })

  it('keeps each engine behind its own folder', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .map(({ specifier, typeOnly }) => ({
          owner: OWNED_PACKAGES[specifier.split('/')[0] ?? ''],
          specifier,
          typeOnly,
        }))
        .filter(({ owner, typeOnly }) => owner !== undefined && !isWithin(file, owner) && !typeOnly)
        .map(({ specifier }) => `${file} → ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  it('has its decisions in functions without a clock, chance or waiting', () => {
    const impure = sources
      .filter((file) => file.startsWith('server/core/'))
      .filter((file) =>
        /\bawait\b|\basync\b|Date\.now|Math\.random|setTimeout|process\./.test(readFileSync(join(root, file), 'utf8')),
      )
    expect(impure).toEqual([])
  })

  it('reads the environment in one place', () => {
    const readers = sources.filter((file) => /process\.env/.test(readFileSync(join(root, file), 'utf8')))
    expect(readers.sort()).toEqual(['server/config.ts'])
  })
})
