import { describe, expect, it } from 'vitest'
import {
  CODEC_RETURN_DELAY_MS,
  type CodecState,
  chooseCodec,
  decodableCodecs,
  nextCodecState,
} from '../../server/core/videoCodec.ts'
import type { VideoCodec } from '../../shared/media.ts'
import { audioCapabilities, fullCapabilities } from '../support/rtp.ts'

const decoding = (text: string) => new Set(text.split(' ').filter(Boolean) as VideoCodec[])

describe('the codec of a room', () => {
  it.each<[string, wanted: VideoCodec, viewers: string[], chosen: VideoCodec]>([
    ['nobody is there', 'vp9', [], 'vp9'],
    ['everyone can decode what the room wants', 'vp9', ['vp8 vp9', 'vp8 vp9 av1'], 'vp9'],
    ['one of them cannot', 'av1', ['vp8 vp9 av1', 'vp8 vp9'], 'vp8'],
    ['nobody can', 'h264', ['vp8', 'vp8 vp9'], 'vp8'],
    ['somebody only listens, and decodes no video at all', 'av1', ['vp8 av1', ''], 'av1'],
    ['the room wants VP8 anyway', 'vp8', ['vp8', 'vp8 av1'], 'vp8'],
  ])('where %s (wanted: %s)', (_, wanted, viewers, chosen) => {
    expect(chooseCodec(wanted, viewers.map(decoding))).toBe(chosen)
  })

  it('looks at what a client says it can receive', () => {
    expect([...decodableCodecs(fullCapabilities())].sort()).toEqual(['av1', 'h264', 'vp8', 'vp9'])
    expect([...decodableCodecs(audioCapabilities())]).toEqual([])
  })

  /** Feeds `[time, what could be sent]` steps into a room that wants VP9 and returns what is sent after each. */
  const send = (...steps: [now: number, chosen: VideoCodec][]) => {
    let state: CodecState = { codec: 'vp9', betterSince: undefined }
    return steps.map(([now, chosen]) => {
      state = nextCodecState(state, chosen, now).state
      return state.codec
    })
  }
  const delay = CODEC_RETURN_DELAY_MS

  it.each<[string, steps: [now: number, chosen: VideoCodec][], sent: VideoCodec[]]>([
    [
      'stays while everyone can decode it',
      [
        [0, 'vp9'],
        [delay, 'vp9'],
      ],
      ['vp9', 'vp9'],
    ],
    ['is VP8 at once when somebody cannot', [[0, 'vp8']], ['vp8']],
    [
      'comes back half a minute after they left',
      [
        [0, 'vp8'],
        [1, 'vp9'],
        [delay, 'vp9'],
        [delay + 1, 'vp9'],
      ],
      ['vp8', 'vp8', 'vp8', 'vp9'],
    ],
    [
      'counts anew when another one comes and goes',
      [
        [0, 'vp8'],
        [1, 'vp9'],
        [2, 'vp8'],
        [3, 'vp9'],
        [delay + 2, 'vp9'],
        [delay + 3, 'vp9'],
      ],
      ['vp8', 'vp8', 'vp8', 'vp8', 'vp8', 'vp9'],
    ],
  ])('%s', (_, steps, sent) => {
    expect(send(...steps)).toEqual(sent)
  })

  it('says when to ask again', () => {
    expect(nextCodecState({ codec: 'vp8', betterSince: 1000 }, 'vp9', 5000).askAgainMs).toBe(delay - 4000)
    expect(nextCodecState({ codec: 'vp9', betterSince: undefined }, 'vp9', 0).askAgainMs).toBeUndefined()
  })
})
