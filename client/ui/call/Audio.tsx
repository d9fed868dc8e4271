import { useLayoutEffect, useRef } from 'preact/hooks'
import { useModel } from '../model/model.ts'

/** One voice, or the sound of one screen. */
export function Audio({ track }: { track: MediaStreamTrack }) {
  const { playback } = useModel()
  const ref = useRef<HTMLAudioElement>(null)
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
  // biome-ignore lint/a11y/useMediaCaption: live voices have none
  return <audio ref={ref} />
}
