import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { SfuError } from '../../shared/errors.ts'
import type { NodeId } from '../../shared/ids.ts'
import type { RoomLink } from '../cluster/Cluster.ts'
import type { CommandInput, CommandOutput, NodeCommandName } from '../cluster/nodeApi.ts'
import { withDeadline } from '../lib/deadline.ts'

/** Another node answers within this time or counts as out of reach, milliseconds. */
const DEADLINE_MS = 8000
/** Before it is told once more what it has not answered, milliseconds. */
const AGAIN_AFTER_MS = [1000, 3000]

/** What one pipe says to the node at its other end. Owned by NodePipe; holds nothing that has to end. */
export class NodeLine {
  readonly #node: NodeId
  readonly #nodes: Pick<RoomLink, 'command'>
  readonly #log: Logger

  constructor(node: NodeId, nodes: Pick<RoomLink, 'command'>, log: Logger) {
    this.#node = node
    this.#nodes = nodes
    this.#log = log
  }

  /** @throws SfuError what the other node says, `timeout`, `notReady` */
  ask<C extends NodeCommandName>(name: C, input: CommandInput<C>): Promise<CommandOutput<C>> {
    const answer = this.#nodes.command(this.#node, name, input)
    return withDeadline(answer, { ms: DEADLINE_MS, what: `${name} at ${this.#node}` })
  }

  /** Until the other node has heard it, or is out of reach, or it is of no use any more; never throws. */
  async tell<C extends NodeCommandName>(name: C, input: CommandInput<C>, ofUse: () => boolean): Promise<void> {
    for (const again of [...AGAIN_AFTER_MS, undefined]) {
      if (!ofUse()) return
      try {
        await this.ask(name, input)
        return
      } catch (error) {
        if (isNotFound(error)) return
        if (again === undefined) this.#log.debug({ err: error, node: this.#node, name }, 'a node was not told')
        else await delay(again, undefined, { ref: false })
      }
    }
  }
}

/** The other end is gone. */
export const isNotFound = (error: unknown): boolean => error instanceof SfuError && error.code === 'notFound'
