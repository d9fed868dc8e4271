import type { VideoCodec } from '../../shared/media.ts'
import { type CodecState, chooseCodec, nextCodecState } from '../core/videoCodec.ts'

type Options = {
  /** The room's setting. */
  wanted: VideoCodec
  /** What each of those who receive can decode. */
  viewers: () => Iterable<ReadonlySet<VideoCodec>>
  now: () => number
  onChange: () => void
}

/** Keeps the codec of a room's video in line with what everyone in it can decode. Owned by Room. */
export class RoomCodec {
  readonly #options: Options
  #state: CodecState
  #timer: NodeJS.Timeout | undefined

  constructor(options: Options) {
    this.#options = options
    this.#state = { codec: options.wanted, betterSince: undefined }
  }

  get current(): VideoCodec {
    return this.#state.codec
  }

  /** To be called whenever somebody comes or goes. */
  reconcile(): void {
    clearTimeout(this.#timer)
    const { wanted, viewers, now, onChange } = this.#options
    const before = this.#state.codec
    const { state, askAgainMs } = nextCodecState(this.#state, chooseCodec(wanted, viewers()), now())
    this.#state = state
    this.#timer = askAgainMs === undefined ? undefined : setTimeout(() => this.reconcile(), askAgainMs)
    if (state.codec !== before) onChange()
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}
