import type { Logger } from 'pino'
import type { Admission } from './Admission.ts'

/** What engine.io has for a connection; the websocket below it is not in its types. */
export type EngineConnection = {
  on(event: 'packet', listener: (packet: { type: string; data?: unknown }) => void): void
  once(event: 'close', listener: () => void): void
  close(discard?: boolean): void
  transport: unknown
}

type WebSocketBelow = {
  socket?: { on(event: 'ping', listener: () => void): void; pause(): void; terminate(): void }
}

/** `5` and `6` open a socket.io packet with attachments; the contract has none, and attachments have crashed parsers. */
const WITH_ATTACHMENTS = /^[56]/

/** How long the last words to a client may take, milliseconds. */
const LAST_WORDS_MS = 1000

/** Counts everything that comes over a connection and closes it at once when something binary does. */
export function guardConnection(
  connection: EngineConnection,
  { admission, log }: { admission: Admission; log: Logger },
) {
  // The websocket's own pings are answered below engine.io.
  below(connection)?.on('ping', () => admission.countPacket())
  connection.once('close', () => terminateSoon(connection))
  connection.on('packet', ({ type, data }) => {
    admission.countPacket()
    if (type !== 'message') return
    if (typeof data === 'string' && !WITH_ATTACHMENTS.test(data)) return
    log.debug('binary message refused')
    connection.close(true)
    below(connection)?.terminate()
  })
}

/** Nothing more is read: a closing websocket would take in messages until the client agrees to close. */
export function shutOut(connection: EngineConnection): void {
  connection.close()
  below(connection)?.pause()
  terminateSoon(connection)
}

/** A client that does not agree to close would keep the websocket for half a minute. */
function terminateSoon(connection: EngineConnection): void {
  const socket = below(connection)
  setTimeout(() => socket?.terminate(), LAST_WORDS_MS).unref()
}

const below = (connection: EngineConnection) => (connection.transport as WebSocketBelow).socket
