/**
 * Closes an object of mediasoup. Where the worker's channel is no longer understood, even that throws; then the worker is
 * about to be killed, and the object with it.
 */
export function closeMedia(object: { close(): void } | undefined): void {
  try {
    object?.close()
  } catch {
    // The watchdog reports it.
  }
}
