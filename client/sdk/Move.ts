import type { Placement } from '../../shared/protocol.ts'
import { pause, runInBackground } from './concurrency.ts'
import { messageOf } from './failures.ts'
import { type EndCause, isOverForGood } from './reconnectPolicy.ts'
import type { Session, SessionEvents, Wants } from './Session.ts'
import type { Log } from './types.ts'

/** What a move sees and does of its call. */
type Parts = {
  /** That of the call; undefined while there is none. */
  readonly session: () => Session | undefined
  /** @throws SfuError | ConnectionError if nobody answers, or with a refusal */
  readonly place: (signal: AbortSignal) => Promise<Placement>
  /** A second session, on standby. */
  readonly open: (placement: Placement) => Promise<Session>
  readonly wants: () => Wants
  readonly eventsOf: (next: Session, wants: Wants) => SessionEvents
  /** From now on the call has this session. */
  readonly replace: (next: Session) => void
  readonly log: Log
}

/** Where it leads back to the same node, or fails: before the next attempt, and at most so much more, milliseconds. */
const AGAIN_MS = 2000
const JITTER_MS = 1000
/** One that takes longer is given up, milliseconds. */
const LONGEST_MS = 15_000
/** So long the others get to receive what is sent from there, milliseconds. */
const LEAST_OVERLAP_MS = 1000
/** What does not come there by then is not waited for, milliseconds. */
const LONGEST_OVERLAP_MS = 4000
const LOOK_EVERY_MS = 50

/**
 * Takes a call to another node without a break: the same peer comes in there, and the visit here ends when all that is
 * seen and heard comes from there. Where that does not work the call stays, and it is tried again for as long as its
 * session lives; what comes after that is for the Recovery.
 */
export class Move {
  readonly #parts: Parts
  #before: Session | undefined
  #next: Session | undefined
  /** How the session before has ended during an attempt. */
  #ended: EndCause | undefined
  #controller = new AbortController()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The node of this session wants to stop. */
  begin(before: Session): void {
    if (this.#before === before || before.closed) return
    this.cancel()
    this.#before = before
    runInBackground(this.#run(before, this.#controller.signal), 'moving', this.#parts.log)
  }

  cancel(): void {
    this.#before = undefined
    this.#controller.abort()
    this.#controller = new AbortController()
    this.#next?.close()
    this.#next = undefined
  }

  async #run(before: Session, signal: AbortSignal): Promise<void> {
    const tell = before.onEnded
    let attempting = false
    let knocked = false
    before.onEnded = (cause) => {
      this.#ended = cause
      if (isOverForGood(cause)) this.#next?.close()
      if (!attempting) tell(knocked ? asSurprise(cause) : cause)
    }
    while (!before.closed && !signal.aborted) {
      this.#ended = undefined
      attempting = true
      if (before.joined) {
        knocked = true
        if (await this.#attempt(before, signal)) return
      }
      attempting = false
      if (signal.aborted) return
      if (this.#ended) return tell(asSurprise(this.#ended))
      await pause(AGAIN_MS + Math.random() * JITTER_MS, signal).done
    }
  }

  /** False: the call is where it was. */
  async #attempt(before: Session, signal: AbortSignal): Promise<boolean> {
    const { place, open, replace, log } = this.#parts
    let next: Session | undefined
    try {
      const placement = await place(signal)
      if (placement.nodeUrl === before.nodeUrl || signal.aborted) return false
      next = await open(placement)
      signal.throwIfAborted()
      this.#next = next
      const release = await this.#enter(next, before, signal)
      signal.throwIfAborted()
      if (!next.joined || this.#parts.session() !== before) throw new Error('lost meanwhile')
      this.#next = undefined
      this.#before = undefined
      replace(next)
      release()
      before.close()
      return true
    } catch (error) {
      log('not moved', { error: messageOf(error) })
      next?.close()
      if (this.#next === next) this.#next = undefined
      return false
    }
  }

  /** @returns makes it the session that people see */
  async #enter(next: Session, before: Session, signal: AbortSignal): Promise<() => void> {
    const wants = this.#parts.wants()
    const { events, release } = heldBack(this.#parts.eventsOf(next, wants), () => next.close())
    // There is one that lives: it is not worth mending.
    next.onTrouble = () => next.close()
    const patience = setTimeout(() => next.close(), LONGEST_MS)
    try {
      await next.join(wants, events)
      await untilAsGood(next, before, signal)
    } finally {
      clearTimeout(patience)
    }
    return () => {
      const stale = before.receiver?.tracks ?? []
      next.lead()
      release()
      const there = new Set(next.receiver?.tracks.map(({ producerId }) => producerId))
      for (const { producerId } of stale) if (!there.has(producerId)) events.onTrack(producerId, undefined)
    }
  }
}

/** Who comes in elsewhere has to make room here, also when coming in has failed in the end. */
const asSurprise = (cause: EndCause): EndCause =>
  isOverForGood(cause) || cause.type !== 'sessionEnded' ? cause : { ...cause, reason: 'serverStopping' }

/** Keeps what happens until it is released, in its order. @param onLobby somebody has to open first */
function heldBack(events: SessionEvents, onLobby: () => void): { events: SessionEvents; release: () => void } {
  let held: (() => void)[] | undefined = []
  const tell = (what: () => void) => {
    if (held) held.push(what)
    else what()
  }
  return {
    events: {
      onJoined: (snapshot) => tell(() => events.onJoined(snapshot)),
      onNotification: (notification) => tell(() => events.onNotification(notification)),
      onTrack: (producerId, track) => tell(() => events.onTrack(producerId, track)),
      onPublishedChanged: () => tell(() => events.onPublishedChanged()),
      onMediaDown: (since) => tell(() => events.onMediaDown(since)),
      onMediaPath: (path) => tell(() => events.onMediaPath(path)),
      onResumed: (answer) => tell(() => events.onResumed(answer)),
      onLobby,
    },
    release: () => {
      const all = held ?? []
      held = undefined
      for (const each of all) each()
    },
  }
}

/** Waits until what is received there is no less than here, a few seconds at most. Never rejects. */
async function untilAsGood(next: Session, before: Session, signal: AbortSignal): Promise<void> {
  const begun = performance.now()
  while (!next.closed && !before.closed && !signal.aborted) {
    const age = performance.now() - begun
    if (age > LONGEST_OVERLAP_MS || (age > LEAST_OVERLAP_MS && isAsGood(next, before))) return
    await pause(LOOK_EVERY_MS, signal).done
  }
}

function isAsGood(next: Session, before: Session): boolean {
  if (isReceiving(before) && !isReceiving(next)) return false
  const there = new Map(next.receiver?.consumers.map((received) => [keyOf(received), received.consumer.track]))
  return (before.receiver?.consumers ?? []).every((received) => {
    const track = there.get(keyOf(received))
    const { kind, muted } = received.consumer.track
    // A voice that is silent looks no different from one that does not come.
    return track !== undefined && (kind === 'audio' || muted || !track.muted)
  })
}

const isReceiving = ({ transports }: Session): boolean =>
  transports.some(({ direction, connectionState }) => direction === 'recv' && connectionState === 'connected')

const keyOf = ({ peerId, source }: { peerId: string; source: string }) => `${peerId} ${source}`
