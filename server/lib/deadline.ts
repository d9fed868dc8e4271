import { SfuError } from '../../shared/errors.ts'

/**
 * Waits for a promise at most `ms` milliseconds, then throws `timeout`. A hung worker never answers and never says so,
 * hence every call to one goes through here.
 *
 * @param options.onLate what to do with a value that comes after all: nobody waits for it any more, so close it
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  options: { ms: number; what: string; onLate?: (value: T) => void },
): Promise<T> {
  let late = false
  promise.then(
    (value) => {
      if (late) options.onLate?.(value)
    },
    () => {},
  )
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true
      reject(new SfuError('timeout', `${options.what}: no answer within ${options.ms} ms`))
    }, options.ms)
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}
