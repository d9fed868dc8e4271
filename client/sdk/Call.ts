import type { types } from 'mediasoup-client'
import { SfuError } from '../../shared/errors.ts'
import type { Output } from '../../shared/requests.ts'
import { watchBrowser } from './browserEvents.ts'
import type { Resumed } from './Line.ts'
import type { LocalTracks } from './LocalTracks.ts'
import type { ReceptionChoice } from './ReceptionChoice.ts'
import { Recovery } from './Recovery.ts'
import type { Cause, EndCause, Way } from './reconnectPolicy.ts'
import { Session, type SessionEvents, type Wants } from './Session.ts'
import { sendGoodbye } from './sendGoodbye.ts'
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

/** What hangs in a network that was cut does not come out of it when the network is back; a new attempt does. */
const RESUME_DEADLINE_MS = 5000

/** What its owner hears; nothing after `onOver`, or after it has closed the call. */
export type CallEvents = Omit<SessionEvents, 'onJoined'> & {
  /** In the room, for the first time or again. */
  readonly onJoined: (snapshot: Output<'join'>) => void
  /** The session goes on without a socket; the next `onResumed` or `onLost` tells how it went. */
  readonly onAway: () => void
  /** The session is lost; the next `onJoined` or `onOver` tells how it went. */
  readonly onLost: (cause: EndCause) => void
  /** It has ended by itself, after it was joined. */
  readonly onOver: (outcome: Outcome) => void
  readonly onPageHide: () => void
}

/**
 * One visit to one room, over as many sessions as it takes: what is wrong with one, or comes after it, is for its
 * Recovery. Closed by its owner.
 */
export class Call {
  readonly options: CallOptions
  readonly #controller = new AbortController()
  #events: CallEvents | undefined
  /** Opened ahead, not entered yet. */
  #opening: Promise<Session> | undefined
  #entering = false
  #session: Session | undefined
  readonly #recovery: Recovery
  #unwatch = () => {}

  constructor(options: CallOptions) {
    this.options = options
    const patient = {
      session: () => this.#session,
      perform: (way: Way, signal: AbortSignal) => this.#perform(way, signal),
      onLost: (cause: EndCause) => this.#handleLost(cause),
      onClose: (outcome: Outcome) => this.#handleOver(outcome),
      log: options.log,
    }
    this.#recovery = new Recovery(patient, this.#controller.signal)
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
    this.#unwatch = watchBrowser({
      onNetwork: () => this.#report({ type: 'networkChanged' }),
      onVisible: () => this.#report({ type: 'pageVisible' }),
      onPageHide: () => {
        // First of all: Firefox stops what still runs in a page that it closes.
        this.#sayGoodbye()
        events.onPageHide()
      },
    })
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

  /** By a way that outlives the page, and needs no socket. */
  #sayGoodbye(): void {
    const ticket = this.#ticket()
    if (ticket !== undefined) sendGoodbye(this.#session?.nodeUrl ?? this.options.url, ticket)
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

  #startReporting(session: Session, sent: Partial<Wants>): void {
    const { viewport, reception } = this.options
    viewport.start(sent.tiles, (changed) => session.setViewport(changed))
    reception.start(sent.reception, (changed) => session.request('setReception', changed))
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
          session.onEnded = (cause) => this.#report(cause)
          session.onTrouble = (trouble) => this.#handleTrouble(session, trouble)
          this.#startReporting(session, wants)
          this.#events?.onJoined(snapshot)
          this.#recovery.handleWell()
        },
        onResumed: (answer) => this.#handleResumed(session, answer),
        onNotification: (notification) => this.#events?.onNotification(notification),
        onTrack: (producerId, track) => this.#events?.onTrack(producerId, track),
        onPublishedChanged: () => this.#events?.onPublishedChanged(),
        onLobby: (inLobby) => this.#events?.onLobby(inLobby),
        onMediaDown: (since) => this.#events?.onMediaDown(since),
        onMediaPath: (path) => this.#events?.onMediaPath(path),
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

  #report(cause: Cause): void {
    if (this.#events) this.#recovery.report(cause)
  }

  #handleTrouble(session: Session, trouble: Cause): void {
    if (session.away) {
      this.#stopReporting()
      this.#events?.onAway()
    }
    this.#report(trouble)
  }

  #handleResumed(session: Session, answer: Resumed): void {
    this.#startReporting(session, {})
    this.#events?.onResumed(answer)
    this.#recovery.handleWell()
  }

  async #perform(way: Way, signal: AbortSignal): Promise<void> {
    if (way === 'rejoin') return await this.#enter()
    if (way === 'restartIce') return await this.#session?.restartIce(signal)
    const ticket = this.#ticket()
    if (ticket === undefined) throw new SfuError('gone', 'there is no ticket')
    await this.#session?.resume(ticket, AbortSignal.any([signal, AbortSignal.timeout(RESUME_DEADLINE_MS)]))
  }

  #handleLost(cause: EndCause): void {
    this.#dropSession()
    this.#events?.onLost(cause)
  }

  #handleOver(outcome: Outcome): void {
    this.#dropSession()
    this.#events?.onOver(outcome)
  }

  #dropSession(): void {
    const session = this.#session
    this.#session = undefined
    this.#stopReporting()
    session?.close()
  }
}

const isVoid = (error: unknown): boolean => error instanceof SfuError && error.code === 'unauthorized'
