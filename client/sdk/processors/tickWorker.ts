/**
 * A clock that a hidden tab does not slow down: there `requestVideoFrameCallback` stops (Firefox 153: 30 → 0 a second)
 * and the page's own timers are throttled, a worker's are not.
 */
type Scope = { onmessage: ((event: MessageEvent<number>) => void) | null; postMessage(message: null): void }
const scope = globalThis as unknown as Scope

scope.onmessage = ({ data: everyMs }) => {
  setInterval(() => scope.postMessage(null), everyMs)
}
