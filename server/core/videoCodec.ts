import { type RtpCapabilities, VIDEO_CODECS, type VideoCodec } from '../../shared/media.ts'

/** What everyone can decode and encode (RFC 7742), and what is sent where not everyone has the room's codec. */
const COMMON_CODEC: VideoCodec = 'vp8'

/** The room's codec comes back when everyone could decode it for this long, milliseconds. */
export const CODEC_RETURN_DELAY_MS = 30_000

/** The video codecs that a client can decode. */
export function decodableCodecs({ codecs }: RtpCapabilities): ReadonlySet<VideoCodec> {
  const mimeTypes = new Set(codecs.map(({ mimeType }) => mimeType.toLowerCase()))
  return new Set(VIDEO_CODECS.filter((codec) => mimeTypes.has(`video/${codec}`)))
}

/**
 * The codec in which a room's video is sent: the room's own while everyone who receives video can decode it, else VP8.
 * Who decodes no video at all has no say.
 *
 * @param wanted the room's setting
 * @param viewers what each of those present can decode
 */
export function chooseCodec(wanted: VideoCodec, viewers: Iterable<ReadonlySet<VideoCodec>>): VideoCodec {
  for (const decodable of viewers) if (decodable.size > 0 && !decodable.has(wanted)) return COMMON_CODEC
  return wanted
}

/** What is sent now, and since when everyone could decode the room's own codec instead. */
export type CodecState = { codec: VideoCodec; betterSince: number | undefined }

/**
 * To VP8 at once, since somebody sees nothing; back only after a while, since each change costs every publisher a second
 * encoder for some seconds, and who has left may come back.
 *
 * @param chosen what {@link chooseCodec} says now
 * @param now milliseconds
 * @returns the next state, and after how many milliseconds to ask again
 */
export function nextCodecState(
  state: CodecState,
  chosen: VideoCodec,
  now: number,
): { state: CodecState; askAgainMs?: number } {
  if (chosen === state.codec || chosen === COMMON_CODEC) return { state: { codec: chosen, betterSince: undefined } }
  const betterSince = state.betterSince ?? now
  const left = betterSince + CODEC_RETURN_DELAY_MS - now
  if (left <= 0) return { state: { codec: chosen, betterSince: undefined } }
  return { state: { codec: state.codec, betterSince }, askAgainMs: left }
}
