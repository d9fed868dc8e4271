import { type Static, Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { ERRORS, type ErrorCode, SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'
import { type CommandInput, type CommandOutput, NODE_COMMANDS, type NodeCommandName } from './nodeApi.ts'

/** Within it another node has answered, milliseconds. */
const DEADLINE_MS = 3000
const LONGEST_ANSWER = 262_144

const OUTPUT_CHECKS = new Map<string, Validator>(
  Object.entries(NODE_COMMANDS).map(([name, { output }]) => [name, Compile(output)]),
)
const ErrorBody = Type.Object({
  error: Type.Object({ code: Type.Enum(Object.keys(ERRORS)), message: Type.String({ maxLength: 1000 }) }),
})
const ErrorCheck = Compile(ErrorBody)

type Call<C extends NodeCommandName> = {
  /** Where the node's private listener is. */
  privateUrl: string
  token: string
  roomId: RoomId
  name: C
  input: CommandInput<C>
}

/** @throws SfuError what the other node says; `timeout`; `notReady` where it cannot be reached */
export async function callNode<C extends NodeCommandName>({
  privateUrl,
  token,
  roomId,
  name,
  input,
}: Call<C>): Promise<CommandOutput<C>> {
  const answer = await ask(`${privateUrl}/node/v1/rooms/${roomId}/${name}`, token, JSON.stringify(input))
  if (!answer.ok) throw errorOf(answer.body)
  if (!OUTPUT_CHECKS.get(name)?.Check(answer.body))
    throw new SfuError('internal', 'the other node has answered something else')
  return answer.body as CommandOutput<C>
}

async function ask(url: string, token: string, body: string): Promise<{ ok: boolean; body: unknown }> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    const text = await answer.text()
    if (text.length > LONGEST_ANSWER) throw new Error('the answer is too long')
    return { ok: answer.ok, body: JSON.parse(text) }
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    throw new SfuError(isLate ? 'timeout' : 'notReady', 'the other node does not answer', { cause: error })
  }
}

function errorOf(body: unknown): SfuError {
  if (!ErrorCheck.Check(body)) return new SfuError('internal', 'the other node has failed')
  const { code, message }: Static<typeof ErrorBody>['error'] = body.error
  return new SfuError(code as ErrorCode, message)
}
