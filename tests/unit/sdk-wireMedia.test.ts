import { testFakeParameters, type types } from 'mediasoup-client'
import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { toWireFingerprint } from '../../client/sdk/certificate.ts'
import { toWireDtlsParameters, toWireRtpCapabilities, toWireRtpParameters } from '../../client/sdk/wireMedia.ts'
import { DtlsParametersSchema, RtpCapabilitiesSchema, RtpParametersSchema } from '../../shared/media.ts'

const RtpParameters = Compile(RtpParametersSchema)
const RtpCapabilities = Compile(RtpCapabilitiesSchema)
const DtlsParameters = Compile(DtlsParametersSchema)

/** As Chromium's handler of mediasoup-client hands them to `produce`. */
const CHROMIUM_CAMERA: types.RtpParameters = {
  mid: '1',
  codecs: [
    {
      mimeType: 'video/VP8',
      payloadType: 96,
      clockRate: 90000,
      parameters: {},
      rtcpFeedback: [
        { type: 'goog-remb', parameter: '' },
        { type: 'nack', parameter: 'pli' },
      ],
    },
    { mimeType: 'video/rtx', payloadType: 97, clockRate: 90000, parameters: { apt: 96 }, rtcpFeedback: [] },
  ],
  headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 9, encrypt: false, parameters: {} }],
  encodings: [
    { active: true, scaleResolutionDownBy: 2, maxBitrate: 500_000, rid: 'r0', scalabilityMode: 'L1T3' },
    { active: true, scaleResolutionDownBy: 1, maxBitrate: 1_500_000, rid: 'r1', scalabilityMode: 'L1T3' },
  ],
  rtcp: { cname: '8pOtIK1MbVAq2MSh', reducedSize: true },
  msid: '{b2f3d0f0-2f4e} {9f6c7a0e}',
}

describe('RTP parameters on the wire', () => {
  it('fit the schema as they come from a browser, and are not changed', () => {
    const wire = toWireRtpParameters(CHROMIUM_CAMERA)
    expect(RtpParameters.Check(wire)).toBe(true)
    expect(wire).toEqual(CHROMIUM_CAMERA)
  })

  it('lose what the contract does not know, at every level', () => {
    const withMore = structuredClone(CHROMIUM_CAMERA)
    for (const object of [withMore, withMore.codecs[0], withMore.encodings?.[0], withMore.rtcp])
      Object.assign(object ?? {}, { newInTheNextVersion: 1, alsoUndefined: undefined })
    expect(RtpParameters.Check(withMore)).toBe(false)
    expect(toWireRtpParameters(withMore)).toEqual(CHROMIUM_CAMERA)
  })

  it('have no fraction: one would break the worker', () => {
    const encodings = [{ maxBitrate: 333_333.3, maxFramerate: 29.97, scaleResolutionDownBy: 1.5 }]
    const wire = toWireRtpParameters({ ...CHROMIUM_CAMERA, encodings })
    expect(wire.encodings).toEqual([{ maxBitrate: 333_333, maxFramerate: 30, scaleResolutionDownBy: 1.5 }])
    expect(RtpParameters.Check(wire)).toBe(true)
  })

  it('leave out what is undefined, and write odd format parameters as text', () => {
    const codecs = CHROMIUM_CAMERA.codecs.map((codec) => ({
      ...codec,
      channels: undefined,
      parameters: { apt: 96, 'profile-id': '0', odd: 1.5, missing: undefined },
    }))
    const wire = toWireRtpParameters({ ...CHROMIUM_CAMERA, codecs, mid: undefined } as unknown as types.RtpParameters)
    expect(wire).not.toHaveProperty('mid')
    expect(wire.codecs[0]).not.toHaveProperty('channels')
    expect(wire.codecs[0]?.parameters).toEqual({ apt: 96, 'profile-id': '0', odd: '1.5' })
    expect(RtpParameters.Check(wire)).toBe(true)
  })
})

describe('RTP capabilities on the wire', () => {
  it('fit the schema, with only what the contract knows', () => {
    const capabilities = structuredClone(testFakeParameters.generateRouterRtpCapabilities())
    capabilities.headerExtensions = [
      {
        kind: 'video',
        uri: 'urn:3gpp:video-orientation',
        preferredId: 4,
        preferredEncrypt: false,
        direction: 'sendrecv',
      },
    ]
    for (const codec of capabilities.codecs ?? []) Object.assign(codec, { newInTheNextVersion: true })
    expect(RtpCapabilities.Check(toWireRtpCapabilities(capabilities))).toBe(true)
  })
})

describe('DTLS fingerprints on the wire', () => {
  const lower = Array.from({ length: 32 }, (_, index) => index.toString(16).padStart(2, 'a')).join(':')

  it('are in upper case, since the worker compares letter by letter', () => {
    const wire = toWireDtlsParameters({ role: 'client', fingerprints: [{ algorithm: 'sha-256', value: lower }] })
    expect(wire.fingerprints).toEqual([{ algorithm: 'sha-256', value: lower.toUpperCase() }])
    expect(DtlsParameters.Check(wire)).toBe(true)
    expect(toWireFingerprint({ algorithm: 'sha-256', value: lower })).toEqual(wire.fingerprints)
  })

  it('leave out algorithms that the contract does not know', () => {
    expect(toWireFingerprint({ algorithm: 'md5', value: lower })).toEqual([])
    expect(toWireFingerprint({ value: lower })).toEqual([])
  })
})
