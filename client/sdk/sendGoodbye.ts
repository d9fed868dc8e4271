/**
 * Tells the server that the page goes away, so that the others need not wait for it in vain. A websocket may be closed by
 * then (Firefox does so before it tells the page); the browser sends this also after the page is gone.
 * @param url origin of the node
 */
export function sendGoodbye(url: string, ticket: string): void {
  if (typeof navigator === 'undefined' || typeof navigator.sendBeacon !== 'function') return
  navigator.sendBeacon(`${url}/api/v1/leave`, ticket)
}
