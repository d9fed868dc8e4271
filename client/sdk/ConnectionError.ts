/** The server could not be reached, or the way to it broke; the code says it where {@link SfuError} has one of its own. */
export class ConnectionError extends Error {
  readonly code = 'unreachable'
  readonly retryable = true
  override readonly name = 'ConnectionError'
}
