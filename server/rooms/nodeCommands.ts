import { Compile } from 'typebox/compile'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId } from '../../shared/ids.ts'
import { type Input, REQUESTS } from '../../shared/requests.ts'
import type { CommandInput, CommandOutput, Deed, NodeCommandName } from '../cluster/nodeApi.ts'
import type { PipeOutlets } from '../media/MediaPort.ts'
import type { Entrance } from './Entrance.ts'
import type { Room } from './Room.ts'

type Commands = { [C in NodeCommandName]: (input: CommandInput<C>) => Promise<CommandOutput<C>> }

const INPUTS = {
  setForcedMute: Compile(REQUESTS.setForcedMute.input),
  stopShare: Compile(REQUESTS.stopShare.input),
  admitPeer: Compile(REQUESTS.admitPeer.input),
  refusePeer: Compile(REQUESTS.refusePeer.input),
  moveToLobby: Compile(REQUESTS.moveToLobby.input),
  removePeer: Compile(REQUESTS.removePeer.input),
  banPeer: Compile(REQUESTS.banPeer.input),
  setRole: Compile(REQUESTS.setRole.input),
}

/**
 * What other nodes may ask of one room here; each is theirs to ask, as they have checked who wants it.
 * @param room undefined while people only wait before it
 */
export function createNodeCommands(entrance: Entrance, room: Room | undefined, node: NodeId): Commands {
  const there = (): Room => {
    if (!room) throw new SfuError('notFound')
    return room
  }
  const outlets = (): PipeOutlets => there().outlets

  return {
    moderate: async ({ request, actor, input }) => {
      if (!isInput(request, input)) throw new SfuError('invalidInput')
      if (request === 'admitPeer') entrance.admit((input as Input<'admitPeer'>).peerId)
      else if (request === 'refusePeer') entrance.refuse((input as Input<'refusePeer'>).peerId)
      else await there().moderation.actHere(request, actor, input)
      return {}
    },
    deliverChat: async ({ message }) => {
      there().conversation.deliver(message)
      return {}
    },
    openPipe: (input) => outlets().openPipe(node, input),
    sendThrough: (input) => outlets().sendThrough(node, input),
    stopSending: async (input) => {
      outlets().stopSending(node, input)
      return {}
    },
    closePipe: async (input) => {
      outlets().closePipe(node, input)
      return {}
    },
  }
}

const isInput = (deed: Deed, input: unknown): input is Input<Deed> => INPUTS[deed].Check(input)
