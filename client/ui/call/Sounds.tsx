import { useModel } from '../model/model.ts'
import { Audio } from './Audio.tsx'

/** Everyone is heard, on whatever page their tile is. */
export function Sounds() {
  const { call } = useModel()
  return (
    <div hidden data-testid="sounds">
      {call.state.value.peers.flatMap(({ id, published }) =>
        (['mic', 'screenAudio'] as const).map((source) => {
          const track = published[source]?.track
          return track && <Audio key={`${id}:${source}`} track={track} peerId={id} />
        }),
      )}
    </div>
  )
}
