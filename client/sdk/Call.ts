import type { types } from 'mediasoup-client'
import { SfuError } from '../../shared/errors.ts'
import type { Output } from '../../shared/requests.ts'
import { watchBrowser } from './browserEvents.ts'
import { pause, runInBackground } from './concurrency.ts'
import { toClientError, toFailure } from './failures.ts'
import type { LocalTracks } from './LocalTracks.ts'
import type { ReceptionChoice } from './ReceptionChoice.ts'
import { decide, type EndCause, STABLE_AFTER_MS } from './reconnectPolicy.ts'
import { Session, type SessionEvents, type Wants } from './Session.ts'
import { type TicketStore, visitorOf } from './TicketStore.ts'
import type { ClientState, JoinOptions, Log, MediaPath } from './types.ts'
import type { ViewportReporter } from './ViewportReporter.ts'

export type CallOptions = JoinOptions & {
  /** Origin of the server. */
  readonly url: string
  readonly handlerFactory: types.HandlerFactory | undefined
  readonly tracks: LocalTracks
  readonly viewport: ViewportReporter
  readonly tickets: TicketStore
  readonly reception: ReceptionChoice
  readonly log: Log
}

export type Outcome = Pick<ClientState, 'endReason' | 'failure'>

/** What its owner hears; nothing after `onOver`, or after it has closed the call. */
export type CallEvents = Omit<SessionEvents, 'onJoined'> & {
  /** In the room, for the first time or again. */
  readonly onJoined: (snapshot: Output<'join'>) => void
  /** The session is lost; the next `onJoined` or `onOver` tells how it went. */
  readonly onLost: (cause: EndCause) => void
  /** It has ended by itself, after it was joined. */
  readonly onOver: (outcome: Outcome) => void
  readonly onPageHide: () => void
}

/**
 * One visit to one room, over as many sessions as it takes: joins again when a session is lost, until the policy says
 * that it is no use. Closed by its owner.
 */
export class Call {
  readonly options: CallOptions
  readonly #controller = new AbortController()
  #events: CallEvents | undefined
  /** Opened ahead, not entered yet. */
  #opening: Promise<Session> | undefined
  #entering = false
  #session: Session | undefined
  /** Attempts to join again since the last session that lasted. */
  #attempts = 0
  /** By `performance.now()`. */
  #joinedAt = 0
  #wake = () => {}
  #unwatch = () => {}

  constructor(options: CallOptions) {
    this.options = options
  }

  /** The session that is joined or being joined. */
  get session(): Session | undefined {
    return this.#session
  }

  /**
   * Does ahead of the join what can be done; where the click comes first, what is still to do is left out.
   * @param onLost what was prepared is over; not told once it is joined
   * @param onMediaPath whether media gets through, as far as it is known
   * @param onLobbyAhead somebody in the room will have to open
   */
  async prepare(onLost: () => void, onMediaPath: (path: MediaPath) => void, onLobbyAhead: () => void): Promise<void> {
    this.#opening ??= this.#open()
    const session = await this.#opening
    if (this.#entering) return
    session.onEnded = onLost
    session.onMediaPath = onMediaPath
    session.onLobbyAhead = onLobbyAhead
    await session.warmUp(this.#wants())
  }

  /** Enters the room for the first time. Rejects if that fails; later losses are made good, and told by events. */
  async join(events: CallEvents): Promise<void> {
    this.#events = events
    this.#unwatch = watchBrowser(
      () => this.#wake(),
      () => events.onPageHide(),
    )
    await this.#enter()
  }

  /** Tells the server; resolves when it knows, or after two seconds. */
  async leave(): Promise<void> {
    const session = this.#detach()
    await session?.leave()
    this.close()
  }

  /** Tells the server without waiting for it. */
  leaveAtOnce(): void {
    this.#detach()?.leaveAtOnce()
    this.close()
  }

  close(): void {
    this.#detach()
    this.#controller.abort(new SfuError('roomClosed', 'left meanwhile'))
  }

  /** Nobody is told of anything any more. */
  #detach(): Session | undefined {
    const session = this.#session
    this.#events = undefined
    this.#unwatch()
    this.#stopReporting()
    // Still on the way to a session: there is nothing to leave.
    if (session === undefined) this.#controller.abort(new SfuError('roomClosed', 'left meanwhile'))
    return session
  }

  #wants(): Wants {
    const { viewport, reception } = this.options
    return { tiles: viewport.tiles, reception: reception.chosen }
  }

  #stopReporting(): void {
    const { viewport, reception } = this.options
    viewport.stop()
    reception.stop()
  }

  #open(): Promise<Session> {
    const { tickets, roomId } = this.options
    const ticket = this.#ticket()
    const session = Session.open({ ...this.options, ticket, signal: this.#controller.signal })
    if (ticket === undefined) return session
    return session.catch((error: unknown) => {
      if (!isVoid(error)) throw error
      tickets.delete(roomId)
      return this.#open()
    })
  }

  /** Of the visit that is continued: it says who comes, so it must be for the same. */
  #ticket(): string | undefined {
    const remembered = this.options.tickets.get(this.options.roomId)
    return remembered?.visitor === visitorOf(this.options) ? remembered.ticket : undefined
  }

  /** One attempt. Rejects only if it did not get in. */
  async #enter(): Promise<void> {
    const { signal } = this.#controller
    const { viewport, reception } = this.options
    const prepared = this.#opening
    this.#opening = undefined
    this.#entering = true
    const session = await (prepared ?? this.#open())
    const wants = this.#wants()
    let joined = false
    try {
      signal.throwIfAborted()
      session.onEnded = () => {}
      this.#session = session
      await session.join(wants, {
        onJoined: (snapshot) => {
          joined = true
          this.#joinedAt = performance.now()
          session.onEnded = (cause) => this.#handleEnded(cause)
          viewport.start(wants.tiles, (changed) => session.setViewport(changed))
          reception.start(wants.reception, (changed) => session.request('setReception', changed))
          this.#events?.onJoined(snapshot)
        },
        onNotification: (notification) => this.#events?.onNotification(notification),
        onTrack: (producerId, track) => this.#events?.onTrack(producerId, track),
        onPublishedChanged: () => this.#events?.onPublishedChanged(),
        onLobby: (inLobby) => this.#events?.onLobby(inLobby),
        onMediaDown: (since) => this.#events?.onMediaDown(since),
      })
    } catch (error) {
      // What ended after the join is dealt with where its end was heard of.
      if (joined && this.#events) return
      const timedOut = error instanceof SfuError && error.code === 'timeout'
      const diedInItsSleep = prepared !== undefined && (session.closed || timedOut) && !signal.aborted
      session.close()
      this.#session = undefined
      if (diedInItsSleep) return this.#enter()
      // What was prepared was for a room that is forgotten by now.
      if (prepared !== undefined && isVoid(error) && !signal.aborted) return this.#enter()
      // The room of the ticket is forgotten: then this is a new visit.
      if (session.ticket !== undefined && isVoid(error)) {
        this.options.tickets.delete(this.options.roomId)
        return this.#enter()
      }
      throw error
    }
  }

  #handleEnded(cause: EndCause): void {
    if (!this.#events) return
    this.#session = undefined
    this.#stopReporting()
    this.#events.onLost(cause)
    const mediaPassed = cause.type !== 'mediaFailed' || cause.everConnected
    if (mediaPassed && performance.now() - this.#joinedAt >= STABLE_AFTER_MS) this.#attempts = 0
    runInBackground(this.#reconnect(cause), 'reconnecting', this.options.log)
  }

  async #reconnect(cause: EndCause): Promise<void> {
    const { signal } = this.#controller
    let why = cause
    while (!signal.aborted) {
      const decision = decide(why, this.#attempts, Math.random())
      this.options.log('decided what comes after the session', decision)
      if (decision.action === 'close') return this.#events?.onOver(decision)
      this.#attempts++
      const waiting = pause(decision.delayMs, signal)
      this.#wake = waiting.wake
      await waiting.done
      if (signal.aborted) return
      try {
        return await this.#enter()
      } catch (error) {
        why = { type: 'attemptFailed', failure: toFailure(error), retryable: toClientError(error).retryable }
      }
    }
  }
}

const isVoid = (error: unknown): boolean => error instanceof SfuError && error.code === 'unauthorized'
