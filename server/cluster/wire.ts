/** How nodes write to Redis what they say to each other, and what of it is believed. */
import { type Static, Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { type NodeId, NodeIdSchema, type RoomId } from '../../shared/ids.ts'
import type { NodeProcess } from '../core/nodeLiveness.ts'
import {
  NODE_EVENTS,
  NODE_STATES,
  type NodeEventName,
  type NodeEvents,
  NodeInfoSchema,
  type NodeStateName,
  type NodeStates,
} from './nodeApi.ts'

/** Hash: a node's id → {@link RegistryRow}. */
export const NODES_KEY = 'tertulia:nodes'
/** Hash: a node's id, the name of a state and its key → epoch and value; a node's id alone → epoch: its rows are complete. */
export const rowsKey = (roomId: RoomId) => `tertulia:room:${roomId}:rows`
/** Stream of {@link Entry}: every change of the rows, and events. */
export const eventsKey = (roomId: RoomId) => `tertulia:room:${roomId}:events`
/** Stream that ends a node's waiting for others. */
export const wakeKey = (nodeId: NodeId) => `tertulia:node:${nodeId}:wake`

/** Entries that a stream keeps at least. */
export const STREAM_LENGTH = 1000
/** What nobody refreshes any more is gone then, seconds. */
export const KEEP_SECONDS = 3600

const closed = { additionalProperties: false } as const
const epoch = Type.String({ minLength: 1, maxLength: 64, pattern: '^\\S+$' })
const key = Type.String({ maxLength: 64 })

const RegistryRowSchema = Type.Object(
  { beat: Type.Integer({ minimum: 0 }), left: Type.Optional(Type.Boolean()), info: NodeInfoSchema },
  closed,
)
export type RegistryRow = Static<typeof RegistryRowSchema>

const EntrySchema = Type.Union([
  /** A row was written or, without a value, taken away. */
  Type.Object({ kind: Type.Literal('row'), name: key, key, value: Type.Optional(Type.Unknown()) }, closed),
  /** @property seq is higher with each event of a process */
  Type.Object(
    { kind: Type.Literal('event'), seq: Type.Integer({ minimum: 0 }), name: key, data: Type.Unknown() },
    closed,
  ),
  /** All rows of a node were written anew: they are to be read. */
  Type.Object({ kind: Type.Literal('sync') }, closed),
  /** A node has no part in the room any more, and no rows. */
  Type.Object({ kind: Type.Literal('left') }, closed),
])
export type Entry = Static<typeof EntrySchema>

const RegistryRowCheck = Compile(RegistryRowSchema)
const EntryCheck = Compile(EntrySchema)
const ProcessCheck = Compile(Type.Object({ id: NodeIdSchema, epoch }, closed))
const STATE_CHECKS = new Map<string, Validator>(
  Object.entries(NODE_STATES).map(([name, schema]) => [name, Compile(schema)]),
)
const EVENT_CHECKS = new Map<string, Validator>(
  Object.entries(NODE_EVENTS).map(([name, schema]) => [name, Compile(schema)]),
)

export type State = { name: NodeStateName; key: string; value: NodeStates[NodeStateName] }
export type Event = { name: NodeEventName; data: NodeEvents[NodeEventName] }

/** All of them: undefined where it does not fit. */
export const readRegistryRow = (text: string): RegistryRow | undefined => {
  const row = parse(text)
  return RegistryRowCheck.Check(row) ? row : undefined
}

export const readEntry = (text: string | undefined): Entry | undefined => {
  const entry = parse(text ?? '')
  return EntryCheck.Check(entry) ? entry : undefined
}

export const readState = (name: string, key: string, value: unknown): State | undefined =>
  STATE_CHECKS.get(name)?.Check(value)
    ? { name: name as NodeStateName, key, value: value as State['value'] }
    : undefined

export const readEvent = (name: string, data: unknown): Event | undefined =>
  EVENT_CHECKS.get(name)?.Check(data) ? { name: name as NodeEventName, data: data as Event['data'] } : undefined

/** Whose a row or entry is, as {@link processText} writes it. */
export function readProcess(text: string | undefined): NodeProcess | undefined {
  const [id, epochText] = (text ?? '').split(' ')
  const process = { id, epoch: epochText }
  return ProcessCheck.Check(process) ? process : undefined
}

export const processText = ({ id, epoch }: NodeProcess): string => `${id} ${epoch}`

/** One field of a room's rows. */
export type StoredRow = {
  of: NodeProcess
  /** Absent: says that the rows of this process are complete. */
  row?: { name: string; key: string; json: string }
}

/** A process's part of a field; the rest is the state's name and key. */
export const fieldOf = (id: NodeId, row?: string): string => (row === undefined ? id : `${id} ${row}`)
export const rowText = (epoch: string, json = ''): string => `${epoch} ${json}`

export function readStoredRow(field: string, value: string): StoredRow | undefined {
  const [id = '', name, ...key] = field.split(' ')
  const [epochText = ''] = value.split(' ', 1)
  const of = readProcess(`${id} ${epochText}`)
  if (!of) return undefined
  return name === undefined
    ? { of }
    : { of, row: { name, key: key.join(' '), json: value.slice(epochText.length + 1) } }
}

/** Undefined is no JSON: whatever cannot be read fits nothing. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Streams' ids, which are two numbers. @returns below 0: the first is the earlier one */
export function compareIds(a: string, b: string): number {
  const [aTime = 0, aSeq = 0] = a.split('-').map(Number)
  const [bTime = 0, bSeq = 0] = b.split('-').map(Number)
  return aTime - bTime || aSeq - bSeq
}

/**
 * Takes a node's fields out of a room's rows: those of one epoch, unless the registry has it (it was not dead after all);
 * where the epoch is empty, all.
 */
export const DROP_ROWS = `
  local id, epoch, all = ARGV[1], ARGV[2], redis.call('HGETALL', KEYS[1])
  local row = redis.call('HGET', KEYS[2], id)
  if epoch ~= '' and row and row:find('"epoch":"' .. epoch .. '"', 1, true) then return 0 end
  for i = 1, #all, 2 do
    local isIts = all[i] == id or all[i]:sub(1, #id + 1) == id .. ' '
    if isIts and (epoch == '' or all[i + 1]:sub(1, #epoch + 1) == epoch .. ' ') then redis.call('HDEL', KEYS[1], all[i]) end
  end
  return 0`

/** Takes a field away if it still has this value. */
export const DROP_IF_SAME = `
  if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end
  return 0`
