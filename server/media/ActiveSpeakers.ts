import type { types } from 'mediasoup'
import type { PeerId } from '../../shared/ids.ts'
import type { Voice } from '../core/speakers.ts'
import { callWorker } from './callWorker.ts'

/** A voice below this level, in dBov and on average over the interval, is silence (RFC 6464 counts from -127 to 0). */
const THRESHOLD_DBOV = -60
/** mediasoup's shortest. */
const INTERVAL_MS = 250
const MOST_SPEAKERS = 8

/** Watches the microphones that are published on one router and tells who is heard; owned by RoomRouter, gone with it. */
export class ActiveSpeakers {
  readonly #observer: types.AudioLevelObserver
  readonly #peerOf = new Map<string, PeerId>()

  private constructor(observer: types.AudioLevelObserver, onChange: (voices: Voice[]) => void) {
    this.#observer = observer
    observer.on('volumes', (volumes) => {
      const voices = volumes.flatMap(({ producer, volume }) => {
        const peerId = this.#peerOf.get(producer.id)
        return peerId === undefined ? [] : [{ peerId, volume }]
      })
      onChange(voices)
    })
    observer.on('silence', () => onChange([]))
  }

  static async create(router: types.Router, onChange: (voices: Voice[]) => void): Promise<ActiveSpeakers> {
    const observer = await callWorker(
      router.createAudioLevelObserver({ maxEntries: MOST_SPEAKERS, threshold: THRESHOLD_DBOV, interval: INTERVAL_MS }),
      'watch audio levels',
    )
    return new ActiveSpeakers(observer, onChange)
  }

  async add(producer: types.Producer, peerId: PeerId): Promise<void> {
    this.#peerOf.set(producer.id, peerId)
    producer.observer.once('close', () => this.#peerOf.delete(producer.id))
    await callWorker(this.#observer.addProducer({ producerId: producer.id }), 'watch a microphone')
  }
}
