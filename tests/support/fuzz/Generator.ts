import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { DtlsParametersSchema, RtpCapabilitiesSchema, RtpParametersSchema } from '../../../shared/media.ts'
import { dtlsTemplate, rtpCapabilitiesTemplate, rtpParametersTemplate } from './templates.ts'

/** The part of JSON Schema that the contract uses. */
type Schema = {
  type?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  patternProperties?: Record<string, Schema>
  items?: Schema
  minItems?: number
  maxItems?: number
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
}

/** Parameters that get through mediasoup need to fit together: these start from what a browser sends. */
const TEMPLATES = new Map<unknown, (seed: number) => unknown>([
  [RtpParametersSchema.properties, rtpParametersTemplate],
  [RtpCapabilitiesSchema.properties, rtpCapabilitiesTemplate],
  [DtlsParametersSchema.properties, dtlsTemplate],
])

/** Lists are long only now and then. */
const USUAL_ITEMS = 3
const VALUES_OF_A_LEAF = 300
const UUID_PATTERN = /^\^\[0-9a-f\]\{8\}/

/**
 * Makes values that fit a schema of the contract, the same for the same seed: fast-check makes those of each string and
 * number, this puts them together. Ids are placeholders such as `@producerId:3`, for which a client puts those it knows.
 */
export class Generator {
  readonly #seed: number
  readonly #leaves = new Map<Schema, readonly unknown[]>()
  #state: number

  constructor(seed: number) {
    this.#seed = seed
    this.#state = seed
  }

  /** A whole number below `end` (mulberry32). */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  fitting(schema: TSchema): unknown {
    return this.#value(schema as Schema, '')
  }

  #value(schema: Schema, key: string): unknown {
    const template = TEMPLATES.get(schema.properties)
    if (!template) return this.#anything(schema, key)
    const value = structuredClone(template(this.below(2 ** 31)))
    for (let times = this.below(4); times > 0; times--) this.#vary(schema, value)
    return value
  }

  /** Replaces, adds or takes one part of a value, anywhere in it, such that it still fits. */
  #vary(schema: Schema, value: unknown): void {
    if (Array.isArray(value)) {
      const at = this.below(value.length + 1)
      const item = schema.items ?? {}
      if (at < value.length && this.below(4) > 0) this.#vary(item, value[at])
      else if (value.length < (schema.maxItems ?? 0)) value[at] = this.#anything(item, '')
      else if (value.length > (schema.minItems ?? 0)) value.splice(at, 1)
      return
    }
    if (typeof value !== 'object' || value === null || !schema.properties) return
    const holder = value as Record<string, unknown>
    const key = this.pick(Object.keys(schema.properties))
    const part = schema.properties[key] as Schema
    const deeper = part.properties || part.items
    if (deeper && holder[key] !== undefined && this.below(8) > 0) this.#vary(part, holder[key])
    else if (this.below(4) === 0 && !schema.required?.includes(key)) delete holder[key]
    else holder[key] = this.#anything(part, key)
  }

  #anything(schema: Schema, key: string): unknown {
    if (schema.properties) return this.#object(schema.properties, schema.required ?? [])
    if (schema.patternProperties) return this.#record(schema.patternProperties)
    if (schema.anyOf) return this.#value(this.pick(schema.anyOf), key)
    if (schema.type === 'array') return this.#list(schema, key)
    if (schema.pattern !== undefined && UUID_PATTERN.test(schema.pattern)) return `@${key}:${this.below(20)}`
    return this.pick(this.#leaf(schema))
  }

  #object(properties: Record<string, Schema>, required: string[]): unknown {
    const present = Object.entries(properties).filter(([key]) => required.includes(key) || this.below(2) === 0)
    return Object.fromEntries(present.map(([key, part]) => [key, this.#value(part, key)]))
  }

  #record(patternProperties: Record<string, Schema>): unknown {
    const [[pattern, part] = ['', {}]] = Object.entries(patternProperties)
    const names = [...this.#leaf({ type: 'string', pattern }), '__proto__', 'constructor', 'apt', 'length']
    return Object.fromEntries(Array.from({ length: this.below(4) }, () => [this.pick(names), this.#value(part, '')]))
  }

  #list({ items = {}, minItems = 0, maxItems = USUAL_ITEMS }: Schema, key: string): unknown {
    const full = this.below(40) === 0
    const usual = Math.min(maxItems, minItems + this.below(USUAL_ITEMS + 1))
    return Array.from({ length: full ? maxItems : usual }, () => this.#value(items, key))
  }

  #leaf(schema: Schema): readonly unknown[] {
    const known = this.#leaves.get(schema)
    if (known) return known
    const values = fc.sample(leafOf(schema), { seed: this.#seed, numRuns: VALUES_OF_A_LEAF })
    this.#leaves.set(schema, values)
    return values
  }
}

function leafOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if ('const' in schema) return fc.constant(schema.const)
  const { minimum = -2147483648, maximum = 2147483647 } = schema
  switch (schema.type) {
    case 'string':
      return stringOf(schema)
    case 'integer':
      return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum))
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true })
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    default:
      throw new Error(`the generator does not know this schema: ${JSON.stringify(schema)}`)
  }
}

function stringOf({ pattern, minLength = 0, maxLength }: Schema): fc.Arbitrary<unknown> {
  const length = { minLength, maxLength: maxLength ?? 100 }
  if (pattern === undefined) return fc.string({ ...length, unit: 'grapheme' }).filter(isBetween(length))
  const fits = new RegExp(pattern)
  // fast-check does not make strings for looks ahead and behind.
  if (pattern.includes('(?')) return fc.string(length).filter((text) => fits.test(text))
  return fc.stringMatching(fits).filter(isBetween({ minLength, maxLength: maxLength ?? Number.POSITIVE_INFINITY }))
}

const isBetween =
  ({ minLength, maxLength }: { minLength: number; maxLength: number }) =>
  (text: string) =>
    text.length >= minLength && text.length <= maxLength
