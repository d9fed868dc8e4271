/**
 * mediasoup-client's media parameters as the contract takes them: pure. The server refuses properties that it does not
 * know and numbers that are no integers, so exactly the contract's are copied.
 */
import type { types } from 'mediasoup-client'
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../shared/media.ts'

type WireCodec = Omit<RtpParameters['codecs'][number], 'payloadType'>
type WireEncoding = RtpParameters['encodings'][number]

export function toWireRtpParameters(parameters: types.RtpParameters): RtpParameters {
  const { mid, codecs, headerExtensions = [], encodings = [], rtcp, msid } = parameters
  return compact({
    mid,
    codecs: codecs.map((codec) => ({ payloadType: codec.payloadType, ...toWireCodec(codec) })),
    headerExtensions: headerExtensions.map(({ uri, id, encrypt, parameters }) =>
      compact({ uri, id, encrypt, parameters: parameters && toWireFormat(parameters) }),
    ),
    encodings: encodings.map(toWireEncoding),
    rtcp: rtcp && compact({ cname: rtcp.cname, reducedSize: rtcp.reducedSize, mux: rtcp.mux }),
    msid,
  })
}

export function toWireRtpCapabilities({ codecs = [], headerExtensions = [] }: types.RtpCapabilities): RtpCapabilities {
  return {
    codecs: codecs.map((codec) => ({
      kind: codec.kind,
      preferredPayloadType: codec.preferredPayloadType,
      ...toWireCodec(codec),
    })),
    headerExtensions: headerExtensions.map(({ kind, uri, preferredId, preferredEncrypt, direction }) =>
      compact({ kind, uri, preferredId, preferredEncrypt, direction }),
    ),
  }
}

/** The worker compares fingerprints letter by letter, in upper case; browsers give them in either. */
export function toWireDtlsParameters({ role, fingerprints }: types.DtlsParameters): DtlsParameters {
  return compact({
    role,
    fingerprints: fingerprints.map(({ algorithm, value }) => ({ algorithm, value: value.toUpperCase() })),
  })
}

type Codec = Pick<types.RtpCodecCapability, 'mimeType' | 'clockRate' | 'channels' | 'parameters' | 'rtcpFeedback'>

function toWireCodec({ mimeType, clockRate, channels, parameters, rtcpFeedback }: Codec): WireCodec {
  return compact({
    mimeType,
    clockRate,
    channels,
    parameters: parameters && toWireFormat(parameters),
    rtcpFeedback: rtcpFeedback?.map(({ type, parameter }) => compact({ type, parameter })),
  })
}

function toWireEncoding(encoding: types.RtpEncodingParameters): WireEncoding {
  const { active, ssrc, rid, codecPayloadType, rtx, dtx, scalabilityMode, scaleResolutionDownBy } = encoding
  return compact({
    active,
    ssrc,
    rid,
    codecPayloadType,
    rtx: rtx && { ssrc: rtx.ssrc },
    dtx,
    scalabilityMode,
    scaleResolutionDownBy,
    maxBitrate: encoding.maxBitrate && Math.round(encoding.maxBitrate),
    maxFramerate: encoding.maxFramerate && Math.round(encoding.maxFramerate),
    adaptivePtime: encoding.adaptivePtime,
    priority: encoding.priority,
    networkPriority: encoding.networkPriority,
  })
}

/** Format parameters are texts and small integers; anything else is what a text makes of it. */
function toWireFormat(parameters: Record<string, unknown>): Record<string, string | number> {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(entries.map(([key, value]) => [key, Number.isInteger(value) ? Number(value) : `${value}`]))
}

type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Without the properties that are `undefined`: absent and `undefined` are not the same to a strict schema. */
function compact<T extends object>(value: T): Compact<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Compact<T>
}
