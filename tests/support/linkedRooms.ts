import { randomUUID } from 'node:crypto'
import { Value } from 'typebox/value'
import { onTestFinished } from 'vitest'
import type { RoomLink } from '../../server/cluster/Cluster.ts'
import {
  type CommandInput,
  type CommandOutput,
  NODE_COMMANDS,
  type NodeCommandName,
} from '../../server/cluster/nodeApi.ts'
import type { MediaPort, PipeOutlets, RoomMedia } from '../../server/media/MediaPort.ts'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId, RoomId } from '../../shared/ids.ts'

type PipeCommand = keyof PipeOutlets
export type LinkedRoom = {
  node: NodeId
  media: RoomMedia
  /** What it has asked of others, in order. */
  asked: { to: NodeId; command: PipeCommand }[]
}

/**
 * One room that is open on several nodes of one process, each of which asks the others' outlets as over the wire: what
 * does not fit the schemas fails. The rooms close with the test.
 */
export async function openLinkedRooms<P extends MediaPort>(ports: readonly P[]): Promise<LinkedRoom[]> {
  const roomId = randomUUID() as unknown as RoomId
  const rooms = new Map<NodeId, LinkedRoom>()
  const commandOf = (from: NodeId): RoomLink['command'] => {
    const command = async (to: NodeId, name: NodeCommandName, input: unknown) => {
      const room = rooms.get(to)
      if (!room || !isPipeCommand(name)) throw new SfuError('notReady')
      rooms.get(from)?.asked.push({ to, command: name })
      return await answer(room.media.outlets, from, name, input)
    }
    return command as RoomLink['command']
  }
  for (const [at, port] of ports.entries()) {
    const node = `node-${at}` as NodeId
    const media = await port.openRoom(roomId, { command: commandOf(node) })
    rooms.set(node, { node, media, asked: [] })
    onTestFinished(() => media.close())
  }
  return [...rooms.values()]
}

const isPipeCommand = (name: NodeCommandName): name is PipeCommand => name !== 'moderate' && name !== 'deliverChat'

async function answer(outlets: PipeOutlets, from: NodeId, name: PipeCommand, input: unknown) {
  await Promise.resolve()
  const sent = <C extends PipeCommand>(command: C) => overTheWire<CommandInput<C>>(NODE_COMMANDS[command].input, input)
  switch (name) {
    case 'openPipe':
      return overTheWire<CommandOutput<'openPipe'>>(
        NODE_COMMANDS.openPipe.output,
        await outlets.openPipe(from, sent(name)),
      )
    case 'sendThrough':
      return overTheWire(NODE_COMMANDS.sendThrough.output, await outlets.sendThrough(from, sent(name)))
    case 'stopSending':
      outlets.stopSending(from, sent(name))
      return {}
    case 'closePipe':
      outlets.closePipe(from, sent(name))
      return {}
  }
}

function overTheWire<T>(schema: Parameters<typeof Value.Check>[1], value: unknown): T {
  const read: unknown = JSON.parse(JSON.stringify(value))
  const [error] = Value.Errors(schema, read)
  if (error) throw new SfuError('invalidInput', JSON.stringify(error))
  return read as T
}
