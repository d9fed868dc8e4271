import type { TSchema } from 'typebox'
import type { Generator } from './Generator.ts'

/** What has brought servers of this kind down: each stands for one part of a message. `@raw:` is JSON as it is. */
export const DICTIONARY: readonly unknown[] = [
  333333.3,
  'a',
  null,
  {},
  [],
  '',
  -1,
  0,
  1.5,
  65536,
  4294967295,
  4294967296,
  Number.MAX_SAFE_INTEGER,
  true,
  '@raw:1e999',
  '@raw:-1e999',
  '@raw:1e-400',
  '@raw:-0',
  '@raw:9007199254740993',
  '@raw:{"__proto__":{"polluted":1}}',
  '@raw:{"constructor":{"prototype":{"polluted":1}}}',
  '@raw:{"toJSON":1,"toString":1,"valueOf":1,"length":-1}',
  '@raw:{"_placeholder":true,"num":0}',
  '@raw:{"type":"Buffer","data":[1,2,3]}',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '\u0000',
  '\ud800',
  '\u202eevil',
  '🐉'.repeat(10_000),
  'x'.repeat(30_000),
  '<img src=x onerror=alert(1)>',
  "'; DROP TABLE rooms; --",
  '../../etc/passwd',
  '@raw:'.concat('['.repeat(5000), ']'.repeat(5000)),
  '@raw:'.concat('{"a":'.repeat(5000), '1', '}'.repeat(5000)),
]

type Kind = 'replace' | 'remove' | 'add' | 'repeat' | 'wrap'
const KINDS: readonly Kind[] = ['replace', 'replace', 'replace', 'remove', 'add', 'repeat', 'wrap']

/** The arguments of a request: most fit its schema, most others nearly do, the rest is anything. */
export function payloadFor(schema: TSchema, generator: Generator): unknown[] {
  const chance = generator.below(100)
  if (chance >= 94) return anything(generator)
  const value = matching(generator.fitting(schema), generator)
  if (chance < 60) return [value]
  if (chance === 60) return [{ ...(value as object), large: 'x'.repeat(70_000) }]
  if (chance === 61) return [{ ...(value as object), '@binary': true }]
  const [at, kind, other] = [generator.below(2 ** 31), generator.pick(KINDS), generator.pick(DICTIONARY)]
  return [mutate(value, { at, kind, other })]
}

/** What is published is mostly of the kind that its source carries, else it would never come as far as a worker. */
function matching(value: unknown, generator: Generator): unknown {
  const { rtpParameters, ...rest } = value as { rtpParameters?: { codecs: { mimeType: string }[] } }
  if (!rtpParameters || generator.below(8) === 0) return value
  const isVideo = rtpParameters.codecs[0]?.mimeType.startsWith('video/')
  return { ...rest, rtpParameters, source: generator.pick(isVideo ? ['cam', 'screen'] : ['mic', 'screenAudio']) }
}

/** Often one argument, sometimes none or several. */
function anything(generator: Generator): unknown[] {
  const count = [1, 1, 1, 0, 2, 3][generator.below(6)] as number
  return Array.from({ length: count }, () => generator.pick(DICTIONARY))
}

/** Changes one place of a value. */
function mutate(value: unknown, { at, kind, other }: { at: number; kind: Kind; other: unknown }): unknown {
  const copy = structuredClone(value)
  const places = placesIn(copy)
  const place = places[at % Math.max(1, places.length)]
  if (!place) return other
  const { holder, key } = place
  if (kind === 'replace') holder[key] = other
  else if (kind === 'remove') delete holder[key]
  else if (kind === 'wrap') holder[key] = [holder[key]]
  else if (kind === 'repeat') holder[key] = Array.from({ length: 600 }, () => holder[key])
  else Object.defineProperty(holder, nameOf(other), { value: other, enumerable: true, configurable: true })
  return copy
}

/** Also `__proto__`, as a property like any other. */
const nameOf = (other: unknown): string =>
  typeof other === 'string' && other.length < 100 && !other.startsWith('@') ? other : 'surprise'

type Place = { holder: Record<string, unknown>; key: string }

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])])
}
