import type { types } from 'mediasoup-client'
import { SfuError } from '../../shared/errors.ts'
import type { Placement } from '../../shared/protocol.ts'
import type { Output } from '../../shared/requests.ts'
import { watchBrowser } from './browserEvents.ts'
import { ConnectionError } from './ConnectionError.ts'
import { untilAborted } from './concurrency.ts'
import { toFailure } from './failures.ts'
import type { Resumed } from './Line.ts'
import type { LocalTracks } from './LocalTracks.ts'
import { Move } from './Move.ts'
import { Doors } from './placement.ts'
import type { ReceptionChoice } from './ReceptionChoice.ts'
import { Recovery } from './Recovery.ts'
import { type Cause, type EndCause, nodeMayBeGone, type Way } from './reconnectPolicy.ts'
import { Session, type SessionEvents, type SessionOptions, type Wants } from './Session.ts'
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
/** A node that has not answered by then may be gone: others are asked beside it, again and again. */
const RESUME_PATIENCE_MS = 1500

/** What its owner hears; nothing after `onOver`, or after it has closed the call. */
export type CallEvents = Omit<SessionEvents, 'onJoined'> & {
  /** In the room, for the first time or again. */
  readonly onJoined: (snapshot: Output<'join'>) => void
  /** On another node, without a break. */
  readonly onMoved: (snapshot: Output<'join'>) => void
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
  readonly #move: Move
  readonly #doors: Doors
  /** Known ahead of the next session. */
  #placement: Placement | undefined
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
    this.#doors = new Doors(options.url)
    this.#move = new Move({
      session: () => this.#session,
      place: (signal) => this.#doors.ask({ ...this.options, ticket: this.#ticketOrGone() }, this.#whileCalling(signal)),
      open: (placement) => this.#openSession({ ticket: this.#ticketOrGone(), placement, standby: true }),
      wants: () => this.#wants(),
      eventsOf: (next, wants) => this.#eventsOf(next, wants, (snapshot) => this.#events?.onMoved(snapshot)),
      replace: (next) => {
        this.#session = next
      },
      log: options.log,
    })
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
    this.#move.cancel()
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
    const placement = this.#placement
    this.#placement = undefined
    const session = this.#openSession({ ticket, placement })
    if (ticket === undefined) return session
    return session.catch((error: unknown) => {
      if (!isVoid(error)) throw error
      tickets.delete(roomId)
      return this.#open()
    })
  }

  #openSession(how: Pick<SessionOptions, 'ticket' | 'placement' | 'standby'>): Promise<Session> {
    return Session.open({ ...this.options, ...how, doors: this.#doors, signal: this.#controller.signal })
  }

  /** Of the visit that is continued: it says who comes, so it must be for the same. */
  #ticket(): string | undefined {
    const remembered = this.options.tickets.get(this.options.roomId)
    return remembered?.visitor === visitorOf(this.options) ? remembered.ticket : undefined
  }

  /** @throws SfuError `gone` */
  #ticketOrGone(): string {
    const ticket = this.#ticket()
    if (ticket === undefined) throw new SfuError('gone', 'there is no ticket')
    return ticket
  }

  #whileCalling(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#controller.signal])
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
      const handleJoined = (snapshot: Output<'join'>) => {
        joined = true
        this.#events?.onJoined(snapshot)
      }
      await session.join(wants, this.#eventsOf(session, wants, handleJoined))
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

  #eventsOf(session: Session, wants: Wants, onJoined: (snapshot: Output<'join'>) => void): SessionEvents {
    return {
      onJoined: (snapshot) => {
        session.onEnded = (cause) => this.#report(cause)
        session.onTrouble = (trouble) => this.#handleTrouble(session, trouble)
        this.#startReporting(session, wants)
        onJoined(snapshot)
        this.#recovery.handleWell()
      },
      onResumed: (answer) => this.#handleResumed(session, answer),
      onNotification: (notification) => {
        this.#events?.onNotification(notification)
        if (notification.name === 'moveRequested') this.#move.begin(session)
      },
      onTrack: (producerId, track) => this.#events?.onTrack(producerId, track),
      onPublishedChanged: () => this.#events?.onPublishedChanged(),
      onLobby: (inLobby) => this.#events?.onLobby(inLobby),
      onMediaDown: (since) => this.#events?.onMediaDown(since),
      onMediaPath: (path) => this.#events?.onMediaPath(path),
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
    if (answer.missed?.some(({ name }) => name === 'moveRequested')) this.#move.begin(session)
  }

  async #perform(way: Way, signal: AbortSignal): Promise<void> {
    if (way === 'rejoin') return await this.#enter()
    if (way === 'restartIce') return await this.#session?.restartIce(signal)
    await this.#resume(signal)
  }

  /**
   * Over another socket to the same node. Whether that is still there the others know: where a placement leads elsewhere,
   * there is nothing to go on with.
   */
  async #resume(signal: AbortSignal): Promise<void> {
    const ticket = this.#ticketOrGone()
    const session = this.#session
    const [attempt, gone] = [new AbortController(), new AbortController()]
    const both = AbortSignal.any([signal, attempt.signal])
    let looking: Promise<void> | undefined
    const look = (): Promise<void> => {
      looking ??= this.#placedElsewhere(session, ticket, signal).then((placement) => {
        looking = undefined
        if (placement) gone.abort(placement)
      })
      return looking
    }
    // It takes the others some seconds, too, to know that it is gone.
    const timers = [
      setInterval(look, RESUME_PATIENCE_MS),
      setTimeout(() => attempt.abort(new ConnectionError('the server does not answer')), RESUME_DEADLINE_MS),
    ]
    try {
      if (session) await untilAborted(session.resume(ticket, both), gone.signal)
    } catch (error) {
      // It has moved meanwhile.
      if (this.#session !== session) return
      if (!signal.aborted && nodeMayBeGone(toFailure(error))) await look()
      if (!gone.signal.aborted) throw error
      this.#placement = gone.signal.reason as Placement
      throw new SfuError('gone', 'the node of this visit is gone', { cause: error })
    } finally {
      for (const timer of timers) clearTimeout(timer)
    }
  }

  /** Where the ticket leads, if that is another node by now. Never rejects. */
  async #placedElsewhere(
    session: Session | undefined,
    ticket: string,
    signal: AbortSignal,
  ): Promise<Placement | undefined> {
    const asking = this.#doors.ask({ ...this.options, ticket }, this.#whileCalling(signal), 'hasty')
    const placement = await asking.catch(() => undefined)
    return placement?.nodeUrl === session?.nodeUrl ? undefined : placement
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
    this.#move.cancel()
    this.#stopReporting()
    session?.close()
  }
}

const isVoid = (error: unknown): boolean => error instanceof SfuError && error.code === 'unauthorized'
