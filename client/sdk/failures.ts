/** From whatever was thrown or answered to the errors that the SDK's callers see. */
import { ERRORS, type ErrorCode, SfuError } from '../../shared/errors.ts'
import { ConnectionError } from './ConnectionError.ts'
import type { ClientState } from './types.ts'

export type Failure = NonNullable<ClientState['failure']>

/** The error that a server has sent, if `value` is one: `WireError`, or an object that holds one as `error`. */
export function fromWire(value: unknown): SfuError | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if ('error' in value) return fromWire(value.error)
  if (!('code' in value) || typeof value.code !== 'string') return undefined
  // A code that only a newer server knows is still a refusal.
  const code: ErrorCode = isErrorCode(value.code) ? value.code : 'internal'
  return new SfuError(code, 'message' in value && typeof value.message === 'string' ? value.message : undefined)
}

/** Makes one of the SDK's two errors of anything; `fallback` is the code for what is neither. */
export function toClientError(error: unknown, fallback: ErrorCode = 'internal'): SfuError | ConnectionError {
  if (error instanceof SfuError || error instanceof ConnectionError) return error
  return new SfuError(fallback, messageOf(error), { cause: error })
}

export function toFailure(error: unknown): Failure {
  const { code, message } = toClientError(error)
  return { code, message }
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code)
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
