import { describe, expect, it } from 'vitest'
import { receivedStreams, selectedPair, sentStreams } from '../../client/sdk/stats.ts'

const report = (...entries: Record<string, unknown>[]) => new Map(entries.map((entry) => [entry.id, entry]))

describe('what is sent', () => {
  it('is one stream for each layer, the smallest first, with the receiver’s losses', () => {
    const streams = sentStreams(
      report(
        { id: 'o1', type: 'outbound-rtp', ssrc: 2, rid: 'r1', packetsSent: 20, bytesSent: 200, frameWidth: 640 },
        { id: 'o0', type: 'outbound-rtp', ssrc: 1, rid: 'r0', packetsSent: 10, bytesSent: 100, remoteId: 'i0' },
        { id: 'i0', type: 'remote-inbound-rtp', packetsLost: 3 },
        { id: 'i1', type: 'remote-inbound-rtp', localId: 'o1', packetsLost: 4 },
      ),
    )
    expect(streams).toEqual([
      { ssrc: 1, rid: 'r0', packets: 10, bytes: 100, packetsLost: 3 },
      { ssrc: 2, rid: 'r1', packets: 20, bytes: 200, packetsLost: 4, frameWidth: 640 },
    ])
  })

  it('has the energy of its source', () => {
    const streams = sentStreams(
      report(
        { id: 'o', type: 'outbound-rtp', ssrc: 1, packetsSent: 1, bytesSent: 1, mediaSourceId: 's' },
        { id: 's', type: 'media-source', totalAudioEnergy: 0.5 },
      ),
    )
    expect(streams).toEqual([{ ssrc: 1, packets: 1, bytes: 1, totalAudioEnergy: 0.5 }])
  })
})

describe('what is received', () => {
  it('leaves out what the browser does not know', () => {
    const streams = receivedStreams(
      report(
        {
          id: 'v',
          type: 'inbound-rtp',
          ssrc: 1,
          packetsReceived: 5,
          bytesReceived: 50,
          framesDecoded: 2,
          packetsLost: 0,
        },
        { id: 'a', type: 'inbound-rtp', ssrc: 2, totalAudioEnergy: 0.25, packetsLost: Number.NaN },
        { id: 'c', type: 'codec' },
      ),
    )
    expect(streams).toEqual([
      { ssrc: 1, packets: 5, bytes: 50, packetsLost: 0, framesDecoded: 2 },
      { ssrc: 2, packets: 0, bytes: 0, totalAudioEnergy: 0.25 },
    ])
  })
})

describe('the pair of candidates in use', () => {
  const pair = (id: string, more = {}) => ({
    id,
    type: 'candidate-pair',
    localCandidateId: `local-${id}`,
    currentRoundTripTime: 0.01,
    ...more,
  })
  const local = (id: string, protocol: string) => ({ id: `local-${id}`, type: 'local-candidate', protocol })

  it.each([
    { where: 'the transport names it', more: [{ id: 't', type: 'transport', selectedCandidatePairId: 'b' }], mark: {} },
    { where: 'it is marked', more: [], mark: { selected: true } },
    { where: 'it is the nominated one', more: [], mark: { nominated: true, state: 'succeeded' } },
  ])('is found where $where', ({ more, mark }) => {
    const all = report(pair('a'), pair('b', mark), local('a', 'tcp'), local('b', 'udp'), ...more)
    expect(selectedPair(all)).toEqual({ protocol: 'udp', roundTripTimeSeconds: 0.01 })
  })

  it('is not made up', () => {
    expect(selectedPair(report(pair('a', { nominated: false, state: 'in-progress' })))).toEqual({})
  })
})
