/** A room's truth and members as fields of a hash, each a property of its own. */
import type { Identity } from '../../shared/ids.ts'
import type { Member, MemberPatch, RoomTruth, TruthPatch } from './RoomStore.ts'

/** Field → JSON; null takes it away. */
export type Fields = Record<string, string | null>

const RULE = 'rule '

export function truthFields({ rules = {}, ...rest }: RoomTruth | TruthPatch): Fields {
  const ofRules = Object.entries(rules).map(([name, value]) => [`${RULE}${name}`, value] as const)
  return textsOf([...Object.entries(rest), ...ofRules])
}

/** @returns undefined: there is no room */
export function readTruth(fields: Readonly<Record<string, string>>): RoomTruth | undefined {
  if (fields.epoch === undefined) return undefined
  const all = Object.entries(fields).map(([name, text]) => [name, parse(text)] as const)
  const isRule = ([name]: readonly [string, unknown]) => name.startsWith(RULE)
  const rules = all.filter(isRule).map(([name, value]) => [name.slice(RULE.length), value])
  const rest = all.filter((entry) => !isRule(entry))
  return { ...Object.fromEntries(rest), rules: Object.fromEntries(rules) } as RoomTruth
}

/** An identity has no space in it. */
export const memberFields = (identity: Identity, patch: MemberPatch): Fields =>
  textsOf(Object.entries(patch).map(([name, value]) => [`${identity} ${name}`, value]))

export function readMembers(fields: Readonly<Record<string, string>>): Map<Identity, Member> {
  const members = new Map<Identity, Member>()
  for (const [field, text] of Object.entries(fields)) {
    const space = field.indexOf(' ')
    const identity = field.slice(0, space) as Identity
    members.set(identity, { ...members.get(identity), [field.slice(space + 1)]: parse(text) })
  }
  return members
}

const textsOf = (entries: readonly (readonly [string, unknown])[]): Fields =>
  Object.fromEntries(
    entries
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, value === null ? null : JSON.stringify(value)]),
  )

/** Only the store writes what is read here. */
const parse = (text: string): unknown => JSON.parse(text)
