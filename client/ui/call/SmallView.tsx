import { useLayoutEffect } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { layout as layOut } from '../layout/layout.ts'
import { hueOf } from '../model/displayName.ts'
import { useModel } from '../model/model.ts'
import { mostWantedTiles } from '../model/PictureInPicture.ts'
import { viewportOf } from '../model/viewportOf.ts'
import { DeviceToggle } from '../parts/DeviceToggle.tsx'
import { IconButton } from '../parts/IconButton.tsx'
import { TileFace } from './TileFace.tsx'
import { useElementSize } from './useElementSize.ts'

/** More would be stamps. */
const MOST = 4

/** The call in the small window: the few tiles that matter most, and how to mute and leave. */
export function SmallView() {
  const { layout, onScreen, call, pip } = useModel()
  const { ref, size } = useElementSize<HTMLUListElement>()
  const tiles = mostWantedTiles(layout, MOST)
  const wanted = tiles.map(({ key, source, self }) => ({ key, kind: source, self }))
  const { places } = layOut(wanted, size.value, 'grid')
  const shown = tiles.flatMap((tile) => {
    const place = places.find(({ key }) => key === tile.key)
    return place ? [{ tile, place }] : []
  })
  useLayoutEffect(() => {
    onScreen.small.value = viewportOf(shown, pip.window.peek()?.devicePixelRatio ?? 1)
  })
  return (
    <main class="small">
      <ul class="small-tiles" ref={ref} aria-label={t('layout.tiles')}>
        {shown.map(({ tile, place: { x, y, width, height } }) => (
          <li
            key={tile.key}
            class="tile"
            data-testid="small-tile"
            data-source={tile.source}
            data-fit={tile.source === 'screen' ? 'contain' : 'cover'}
            data-self={tile.self ? 'true' : undefined}
            data-speaking={tile.speaking ? 'true' : undefined}
            data-dark={tile.track ? undefined : 'true'}
            style={{
              width: `${width}px`,
              height: `${height}px`,
              transform: `translate(${x}px, ${y}px)`,
              '--hue': String(hueOf(tile.name)),
            }}
          >
            <TileFace tile={tile} />
          </li>
        ))}
      </ul>
      <footer class="bar small-bar">
        <DeviceToggle device="mic" />
        <DeviceToggle device="cam" />
        <IconButton
          icon="leave"
          label={t('call.leave')}
          tone="danger"
          testId="small-leave"
          onClick={() => void call.leave()}
        />
      </footer>
    </main>
  )
}
