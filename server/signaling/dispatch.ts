import type { Logger } from 'pino'
import { Compile, type Validator } from 'typebox/compile'
import { type ErrorCode, SfuError } from '../../shared/errors.ts'
import type { Ack } from '../../shared/protocol.ts'
import { type Input, type Output, REQUESTS, type RequestName } from '../../shared/requests.ts'
import { can } from '../core/permissions.ts'
import type { Admission } from './Admission.ts'
import type { Session } from './Session.ts'

export type Handler<N extends RequestName> = (session: Session, input: Input<N>) => Promise<Output<N>> | Output<N>
/** A request without a handler does not compile. */
export type Handlers = { [N in RequestName]: Handler<N> }

const REQUEST_NAMES = Object.keys(REQUESTS) as RequestName[]

/** Compiled once at the start: a check costs a fraction of a microsecond. */
const VALIDATORS = new Map<string, Validator>(REQUEST_NAMES.map((name) => [name, Compile(REQUESTS[name].input)]))

/** Failures that a client of the contract does not have. */
const MISTAKES: ReadonlySet<ErrorCode> = new Set(['unknownRequest', 'invalidInput'])

/**
 * The same steps for every request: admit (the name is in the contract, and not too often) → validate (one payload that
 * fits its schema) → check state and permission → handle → ack. Whatever fails before the handler changes nothing, and
 * whoever gave a callback gets an answer.
 *
 * Size and binary payloads are refused before they come here, by the socket.
 */
export function createDispatch(handlers: Handlers, log: Logger) {
  return async function dispatch(session: Session, admission: Admission, request: [string, ...unknown[]]) {
    const [name, ...args] = request
    const callback = typeof args.at(-1) === 'function' ? (args.at(-1) as (answer: Ack<unknown>) => void) : undefined
    const payload = callback ? args.slice(0, -1) : args
    // What happens while an entry is answered must not arrive before its ack.
    const entering = name === 'join' || name === 'warmUp' || name === 'resume'
    if (entering) session.hold()
    const answer = await run(session, admission, [name, payload]).then(
      (data): Ack<unknown> => ({ ok: true, data }),
      (error: unknown): Ack<unknown> => ({ ok: false, error: toSfuError(error, name).toWire() }),
    )
    log.debug(
      { peer: session.peerId, request: nameForLog(name), ...(answer.ok ? {} : { code: answer.error.code }) },
      '← ack',
    )
    try {
      callback?.(answer)
      if (!answer.ok && MISTAKES.has(answer.error.code)) count(session, admission, answer.error.code)
    } finally {
      if (entering) session.release()
      if (session.state === 'ended') session.disconnect()
    }
  }

  async function run(session: Session, admission: Admission, [name, payload]: [string, unknown[]]): Promise<unknown> {
    log.debug({ peer: session.peerId, request: nameForLog(name) }, '→ request')
    const validator = VALIDATORS.get(name)
    if (!validator) throw new SfuError('unknownRequest')
    admission.admit(REQUESTS[name as RequestName].action)
    if (payload.length !== 1) throw new SfuError('invalidInput', 'a request has exactly one payload')
    const input = payload[0]
    if (!validator.Check(input)) throw new SfuError('invalidInput', explain(validator, input))
    if (!can(session, REQUESTS[name as RequestName])) throw new SfuError('notAllowed')
    const handling = (handlers[name as RequestName] as Handler<RequestName>)(session, input as Input<RequestName>)
    if (handling instanceof Promise) session.track(handling)
    return await handling
  }

  function toSfuError(error: unknown, request: string): SfuError {
    if (error instanceof SfuError) return error
    log.error({ err: error, request }, 'request failed')
    return new SfuError('internal', undefined, { cause: error })
  }
}

/** A stranger may call a request anything, at any length. */
const nameForLog = (name: string): string => (VALIDATORS.has(name) ? name : 'unknown')

/** Who has not joined and does not speak the contract is no client of ours. */
function count(session: Session, admission: Admission, code: ErrorCode): void {
  if (code === 'unknownRequest' && !session.membership) admission.exhaust()
  else admission.countMistake()
}

/** The first place that does not fit; the value itself is not repeated. */
function explain(validator: Validator, input: unknown): string {
  // Looking for every mistake in a message of 64 KiB would hold up everyone for a tenth of a second.
  if (!isSmall(input)) return 'the payload does not fit'
  const first = validator.Errors(input)[0]
  return first ? `${first.instancePath || 'payload'} ${first.message}` : 'the payload does not fit'
}

const SMALL = 500

/** Whether a value has few parts; looks at no more than that many. */
function isSmall(input: unknown): boolean {
  const parts = [input]
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]
    if (typeof part !== 'object' || part === null) continue
    for (const key in part) {
      if (parts.push((part as Record<string, unknown>)[key]) > SMALL) return false
    }
  }
  return true
}
