import { describe, expect, it } from 'vitest'
import { lacksLayers, layersSent, type RatedProducer, settle, uplinkOf } from '../../server/core/quality.ts'
import type { Source } from '../../shared/media.ts'

const rated = (source: Source, scores: number[], paused = false): RatedProducer => ({ source, scores, paused })

describe('an uplink', () => {
  it.each([
    ['is good where nothing is sent', [], 'good'],
    ['is good before the first packet', [rated('mic', [])], 'good'],
    ['is good when everything arrives', [rated('mic', [10]), rated('cam', [10, 10, 10])], 'good'],
    ['is good with layers that nobody wants', [rated('cam', [9, 0, 0])], 'good'],
    ['is good with a camera that nobody wants', [rated('mic', [10]), rated('cam', [0, 0, 0])], 'good'],
    ['is as the worst of what is sent', [rated('mic', [10]), rated('cam', [6, 7, 0])], 'fair'],
    ['is poor', [rated('mic', [3]), rated('cam', [9])], 'poor'],
    ['is lost when a microphone is on and silent', [rated('mic', [0]), rated('cam', [10])], 'lost'],
    ['is not told by what is muted', [rated('mic', [0], true), rated('cam', [1], true)], 'good'],
  ] as const)('%s', (_, producers, expected) => {
    expect(uplinkOf(producers)).toBe(expected)
  })

  it('is told when it was measured twice', () => {
    const told: string[] = []
    let state = { shown: 'good', measured: 'good' } as Parameters<typeof settle>[0]
    for (const measured of ['poor', 'good', 'poor', 'fair', 'fair', 'fair', 'good', 'good'] as const) {
      state = settle(state, measured)
      told.push(state.shown)
    }
    expect(told).toEqual(['good', 'good', 'good', 'good', 'fair', 'fair', 'fair', 'good'])
  })
})

describe('the layers of a consumer', () => {
  const consumer = (current: number | undefined, preferred: number | undefined, producerScores: number[]) => ({
    id: 'c',
    type: 'simulcast',
    currentLayers: current === undefined ? undefined : { spatialLayer: current },
    preferredLayers: preferred === undefined ? undefined : { spatialLayer: preferred },
    score: { producerScores },
  })
  it.each([
    ['as wanted', consumer(2, 2, [10, 10, 10]), { spatialLayer: 2, wantedLayer: 2 }],
    ['less than wanted', consumer(0, 2, [10, 10, 10]), { spatialLayer: 0, wantedLayer: 2 }],
    ['as much as its publisher sends', consumer(1, 2, [10, 10, 0]), { spatialLayer: 1, wantedLayer: 1 }],
    ['more than wanted, for a moment', consumer(2, 0, [10, 10, 10]), { spatialLayer: 2, wantedLayer: 2 }],
    ['none, though wanted', consumer(undefined, 1, [10, 10, 10]), { spatialLayer: -1, wantedLayer: 1 }],
    ['none of what does not come', consumer(undefined, 2, [0, 0, 0]), { spatialLayer: -1, wantedLayer: -1 }],
    ['SVC', { ...consumer(0, 2, [10]), type: 'svc' }, { spatialLayer: 0, wantedLayer: 0 }],
  ])('are told: %s', (_, given, expected) => {
    expect(layersSent(given)).toEqual({ consumerId: 'c', ...expected })
  })

  it('are not told of what has none, or is not known yet', () => {
    expect(layersSent({ ...consumer(0, 0, [10]), type: 'simple' })).toBeUndefined()
    expect(layersSent(consumer(undefined, undefined, [10]))).toBeUndefined()
  })
})

describe('a consumer lacks layers', () => {
  const layers = (spatialLayer: number, temporalLayer: number) => ({ spatialLayer, temporalLayer })
  const consumer = {
    id: 'c',
    type: 'simulcast',
    paused: false,
    producerPaused: false,
    currentLayers: layers(1, 2) as ReturnType<typeof layers> | undefined,
    preferredLayers: layers(1, 2),
    score: { producerScores: [10, 10, 0] },
  }
  it.each([
    ['not with what is wanted', {}, false],
    ['with a smaller picture', { currentLayers: layers(0, 2) }, true],
    ['with fewer frames', { currentLayers: layers(1, 0) }, true],
    ['with no picture', { currentLayers: undefined }, true],
    ['not with a layer that its publisher does not send', { preferredLayers: layers(2, 2) }, false],
    [
      'not while its publisher sends nothing',
      { currentLayers: undefined, score: { producerScores: [0, 0, 0] } },
      false,
    ],
    ['not while it is paused', { currentLayers: undefined, paused: true }, false],
    ['not while its publisher is paused', { currentLayers: undefined, producerPaused: true }, false],
    [
      'with a smaller picture of SVC',
      { type: 'svc', currentLayers: layers(0, 2), score: { producerScores: [10] } },
      true,
    ],
    ['not where there are none', { type: 'simple', currentLayers: undefined }, false],
  ])('%s', (_, given, expected) => {
    expect(lacksLayers({ ...consumer, ...given })).toBe(expected)
  })
})
