import { measureLevel } from './levelMeter.ts'
import type { ClientState, PeerView } from './types.ts'
import { hintsAreOfUse, nextHint, SILENT } from './voiceHint.ts'

/**
 * In a room with more open microphones than are forwarded, tells the server at once when one's own rises: by itself it
 * would notice a quarter of a second later. Listens only while that is of use, and only where a page can measure levels.
 */
export class VoiceHints {
  readonly #send: () => void
  #allVoicesUpTo = Number.POSITIVE_INFINITY
  #track: MediaStreamTrack | undefined
  #heard = false
  #stop = () => {}

  /** @param send asks `hintVoice` of the server */
  constructor(send: () => void) {
    this.#send = send
  }

  /** A session has begun; its server says from how many microphones on it chooses. */
  begin(allVoicesUpTo: number): void {
    this.#allVoicesUpTo = allVoicesUpTo
  }

  follow({ connection, self, peers, speakers }: ClientState): void {
    this.#heard = self !== undefined && speakers.includes(self.id)
    const open = peers.filter(micOn).length + (self && micOn(self) ? 1 : 0)
    const wanted = hintsAreOfUse({
      connected: connection === 'connected',
      ownMicOn: self !== undefined && micOn(self),
      openMicrophones: open,
      allVoicesUpTo: this.#allVoicesUpTo,
    })
    this.#listenTo(wanted ? self?.published.mic?.track : undefined)
  }

  #listenTo(track: MediaStreamTrack | undefined): void {
    if (track === this.#track) return
    this.#track = track
    this.#stop()
    this.#stop = () => {}
    if (!track || typeof AudioContext === 'undefined') return
    let state = SILENT
    this.#stop = measureLevel(track, (level) => {
      const next = nextHint(state, level, performance.now())
      state = next.state
      // Whom the server hears already, it need not be told of.
      if (next.hint && !this.#heard) this.#send()
    })
  }
}

const micOn = ({ published: { mic } }: PeerView): boolean => mic !== undefined && !mic.paused
