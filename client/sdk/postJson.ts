import { SfuError } from '../../shared/errors.ts'
import { ConnectionError } from './ConnectionError.ts'
import { fromWire, messageOf } from './failures.ts'

const DEADLINE_MS = 10_000

type Options<T> = {
  readonly url: string
  readonly body: object
  /** Of the answer; anything else was not said by our server. */
  readonly isExpected: (answer: unknown) => answer is T
  readonly headers?: Record<string, string> | undefined
  readonly signal?: AbortSignal | undefined
  readonly deadlineMs?: number | undefined
}

/**
 * Asks the server over HTTP.
 * @throws SfuError what the server said, or `timeout`; what `signal` was aborted with
 * @throws ConnectionError if there was no answer, or none of ours (a proxy's, say)
 */
export async function postJson<T>({ url, body, isExpected, headers, signal, deadlineMs }: Options<T>): Promise<T> {
  const { status, answer } = await post(url, body, { headers, signal, deadlineMs })
  const refusal = fromWire(answer)
  if (refusal !== undefined) throw refusal
  if (isExpected(answer)) return answer
  throw new ConnectionError(`the answer of the server (HTTP ${status}) makes no sense`)
}

async function post(
  url: string,
  body: object,
  { headers, signal, deadlineMs = DEADLINE_MS }: Pick<Options<unknown>, 'headers' | 'signal' | 'deadlineMs'>,
): Promise<{ status: number; answer: unknown }> {
  const deadline = AbortSignal.timeout(deadlineMs)
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    })
    return { status: response.status, answer: await response.json().catch(() => undefined) }
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    if (error instanceof Error && error.name === 'TimeoutError')
      throw new SfuError('timeout', undefined, { cause: error })
    throw new ConnectionError(`cannot reach ${url}: ${messageOf(error)}`, { cause: error })
  }
}
