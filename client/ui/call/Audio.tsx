import { useLayoutEffect, useRef } from 'preact/hooks'
import type { PeerId } from '../../../shared/ids.ts'
import { useModel } from '../model/model.ts'

/** One voice, or the sound of one screen, as loud as this person wants to hear it. */
export function Audio({ track, peerId }: { track: MediaStreamTrack; peerId: PeerId }) {
  const { playback, volumes } = useModel()
  const ref = useRef<HTMLAudioElement>(null)
  const volume = volumes.levelOf(peerId).value
  const muted = volumes.mutedOf(peerId).value
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    element.srcObject = new MediaStream([track])
    const remove = playback.add(element)
    return () => {
      remove()
      element.srcObject = null
    }
  }, [track, playback])
  useLayoutEffect(() => {
    if (ref.current) ref.current.volume = volume
  }, [volume])
  return <audio ref={ref} muted={muted} data-peer-id={peerId} />
}
