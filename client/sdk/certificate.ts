import type { DtlsParameters } from '../../shared/media.ts'

export type Certificate = {
  /** For `RTCPeerConnection`; undefined where the platform makes its own. */
  readonly certificate: RTCCertificate | undefined
  /** What the server is told of it in advance, which saves the round trip of `connectTransport`. */
  readonly dtlsParameters: DtlsParameters | undefined
}

const NONE: Certificate = { certificate: undefined, dtlsParameters: undefined }

/** Both transports' certificate (W3C webrtc, 4.9), where there is such a thing: outside of browsers there may be none. */
export async function makeCertificate(): Promise<Certificate> {
  if (typeof RTCPeerConnection === 'undefined') return NONE
  try {
    const algorithm: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' }
    const certificate = await RTCPeerConnection.generateCertificate(algorithm)
    const fingerprints = certificate.getFingerprints().flatMap(toWireFingerprint)
    return fingerprints.length > 0 ? { certificate, dtlsParameters: { role: 'client', fingerprints } } : NONE
  } catch {
    // Not to be had here, in whole or in part: each transport makes its own then.
    return NONE
  }
}

type Fingerprint = DtlsParameters['fingerprints'][number]

const ALGORITHMS: Readonly<Record<Fingerprint['algorithm'], true>> = {
  'sha-1': true,
  'sha-224': true,
  'sha-256': true,
  'sha-384': true,
  'sha-512': true,
}

/** Browsers give lower case (RFC 8122 has upper), and the worker compares letter by letter. */
export function toWireFingerprint({ algorithm, value }: RTCDtlsFingerprint): Fingerprint[] {
  if (algorithm === undefined || value === undefined || !isKnown(algorithm)) return []
  return [{ algorithm, value: value.toUpperCase() }]
}

const isKnown = (algorithm: string): algorithm is Fingerprint['algorithm'] => Object.hasOwn(ALGORITHMS, algorithm)
