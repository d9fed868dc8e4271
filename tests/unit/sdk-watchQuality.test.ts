import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IDLE } from '../../client/sdk/clientState.ts'
import type { CallStats, ClientState, PeerView } from '../../client/sdk/types.ts'
import { watchQuality } from '../../client/sdk/watchQuality.ts'
import type { PeerId, ProducerId } from '../../shared/ids.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const ana: PeerView = {
  id: 'ana' as PeerId,
  name: 'Ana',
  joinedAt: 0,
  published: { mic: { source: 'mic', producerId: 'm' as ProducerId, paused: false } },
}

/** A call in which Ana speaks, of whose packets a part is lost. */
function watch() {
  const client = { state: { ...IDLE, connection: 'connected', peers: [ana] } as ClientState, loss: 0, asked: 0 }
  let [packets, packetsLost] = [0, 0]
  const getStats = async (): Promise<CallStats> => {
    client.asked++
    packets += 100 * (1 - client.loss)
    packetsLost += 100 * client.loss
    const streams = [{ ssrc: 1, packets, packetsLost, bytes: packets * 100 }]
    return {
      takenAt: client.asked * 2000,
      worker: 0,
      sent: [],
      received: [{ peerId: ana.id, source: 'mic', streams }],
      transports: [],
    }
  }
  const told: string[] = []
  const stop = watchQuality(Object.assign(client, { getStats }), (qualities) => {
    const quality = qualities.get(ana.id)
    told.push(quality ? `${quality.level} ${quality.loss ?? ''}`.trim() : 'nobody')
  })
  return { client, told, stop, looks: (count: number) => vi.advanceTimersByTimeAsync(2000 * count) }
}

describe('the watch', () => {
  it('tells what was measured twice, and only what is different', async () => {
    const { client, told, looks } = watch()
    await looks(2)
    expect(told).toEqual([])
    await looks(8)
    expect(told).toEqual(['good'])
    client.loss = 0.5
    await looks(1)
    expect(told).toEqual(['good'])
    await looks(1)
    expect(told.at(-1)).toMatch(/^poor/)
    await looks(8)
    expect(told.at(-1)).toBe('poor 0.5')
  })

  it('knows nobody while there is no connection', async () => {
    const { client, told, looks } = watch()
    await looks(4)
    client.state = { ...client.state, connection: 'reconnecting' }
    await looks(1)
    expect(told).toEqual(['good', 'nobody'])
  })

  it('asks nothing while the page is out of sight, and nothing after its end', async () => {
    const { client, told, stop, looks } = watch()
    await looks(4)
    const { asked } = client
    vi.stubGlobal('document', { visibilityState: 'hidden' })
    await looks(5)
    expect(client.asked).toBe(asked)
    expect(told).toEqual(['good'])
    vi.stubGlobal('document', { visibilityState: 'visible' })
    stop()
    await looks(5)
    expect(client.asked).toBe(asked)
  })
})
