/** One table of errors for socket acks and HTTP answers; each code says who is at fault and whether to try again. */

type ErrorRow = {
  /** HTTP status of the same failure. */
  status: number
  /** Whether the same request may succeed later without a change by the caller. */
  retryable: boolean
  /** One sentence for a developer; what a person sees comes from the client's own catalogue. */
  message: string
}

export const ERRORS = {
  unknownRequest: { status: 404, retryable: false, message: 'there is no request of that name' },
  invalidInput: { status: 400, retryable: false, message: 'the request does not fit its schema' },
  notAllowed: { status: 403, retryable: false, message: 'the request is not allowed in this state or with this role' },
  unauthorized: { status: 401, retryable: false, message: 'the token is missing, expired or not valid here' },
  notFound: { status: 404, retryable: false, message: 'there is no such object in your session' },
  conflict: { status: 409, retryable: false, message: 'the request contradicts what is already there' },
  screenTaken: {
    status: 409,
    retryable: true,
    message: 'somebody else shares a screen, and the room takes one at a time',
  },
  unsupportedMedia: { status: 400, retryable: false, message: 'the media parameters do not fit the room' },
  protocolMismatch: { status: 426, retryable: false, message: 'client and server speak different versions; reload' },
  tooMany: { status: 429, retryable: true, message: 'there are too many of these from your address; try again later' },
  noEntry: { status: 403, retryable: false, message: 'entry is not possible, or a password is needed' },
  inLobby: { status: 403, retryable: false, message: 'somebody in the room has to open' },
  notAdmitted: { status: 403, retryable: false, message: 'somebody in the room did not open' },
  roomLocked: { status: 423, retryable: false, message: 'the room is locked' },
  banned: { status: 403, retryable: false, message: 'this identity is banned from the room' },
  roomFull: { status: 503, retryable: true, message: 'the room has as many people as it can take' },
  roomClosed: { status: 410, retryable: true, message: 'the room closed meanwhile' },
  gone: { status: 410, retryable: true, message: 'this visit is over; join again' },
  notReady: { status: 503, retryable: true, message: 'the server cannot take this now' },
  timeout: { status: 504, retryable: true, message: 'the answer did not come in time' },
  internal: { status: 500, retryable: true, message: 'the server failed; its log knows more' },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS

/** What goes over the wire: `{ ok: false, error }` of an ack, or the body of an HTTP answer. */
export type WireError = { code: ErrorCode; message: string; retryable: boolean }

/** The only error that leaves the server; anything else becomes `internal`. */
export class SfuError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly status: number
  override readonly name = 'SfuError'

  /** @param detail what is wrong, for a developer; it is shown to the caller, so it names no secret */
  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail ?? ERRORS[code].message, options)
    this.code = code
    this.retryable = ERRORS[code].retryable
    this.status = ERRORS[code].status
  }

  toWire(): WireError {
    return { code: this.code, message: this.message, retryable: this.retryable }
  }
}
