import { signal } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import { followDevices } from '../../client/ui/model/followDevices.ts'

type Parts = Parameters<typeof followDevices>[0]

/** Loudspeakers by name, the one that was chosen, and what came of it. */
function outputs(plugged: string[], chosen: string) {
  const devices = signal({ mics: [], cams: [], speakers: plugged.map((deviceId) => ({ deviceId })) })
  const used: string[] = []
  const told: string[] = []
  followDevices({
    media: { replaced: signal(undefined), devices },
    playback: { useSpeaker: (id: string) => used.push(id) },
    preferences: { speakerId: signal(chosen) },
    toasts: { show: ({ key }: { key: string }) => told.push(key) },
  } as unknown as Parts)
  const plug = (...now: string[]) => {
    devices.value = { ...devices.peek(), speakers: now.map((deviceId) => ({ deviceId })) }
  }
  return { plug, used, told }
}

describe('the loudspeaker that was chosen', () => {
  it('is used before anybody knows what there is, and while it is there', () => {
    const { plug, used, told } = outputs([], 'headset')
    plug('screen', 'headset')
    expect(used).toEqual(['headset', 'headset'])
    expect(told).toEqual([])
  })

  it('gives way to the system’s own when it goes, in words, and is used again when it comes back', () => {
    const { plug, used, told } = outputs(['screen', 'headset'], 'headset')
    plug('screen')
    plug('screen', 'headset')
    expect(used).toEqual(['headset', '', 'headset'])
    expect(told).toEqual(['device:speaker'])
  })

  it('is not spoken of where it was gone before the call', () => {
    const { used, told } = outputs(['screen'], 'headset')
    expect(used).toEqual([''])
    expect(told).toEqual([])
  })
})
