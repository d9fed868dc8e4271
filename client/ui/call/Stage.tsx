import { useSignal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { gridLayout, gridOptionsFor } from '../layout/gridLayout.ts'
import { callTiles } from '../model/callTiles.ts'
import { useModel } from '../model/model.ts'
import { viewportOf } from '../model/viewportOf.ts'
import { Pager } from './Pager.tsx'
import { Tile } from './Tile.tsx'
import { useElementSize } from './useElementSize.ts'

/** The tiles of the call, as large as the window lets them be. Tells the SDK what of it is on screen. */
export function Stage() {
  const { client, call, media, screen } = useModel()
  const { ref, size } = useElementSize<HTMLDivElement>()
  const wantedPage = useSignal(0)

  const tiles = callTiles(call.state.value, {
    cam: media.tracks.cam.value,
    screen: screen.track.value,
    micOn: media.on.mic.value,
  })
  const container = size.value
  const layout = gridLayout(container, tiles.length, gridOptionsFor(container), wantedPage.value)
  const shown = layout.rectangles.flatMap((place, index) => {
    const tile = tiles[layout.first + index]
    return tile ? [{ tile, place }] : []
  })

  // The SDK compares and throttles; until the first measurement there is nothing to say.
  useLayoutEffect(() => {
    if (container.width > 0) client.setViewport(viewportOf(shown, devicePixelRatio))
  })

  return (
    <div class="stage">
      <div class="stage-area" ref={ref}>
        <ul class="tiles">
          {shown.map(({ tile, place }) => (
            <Tile key={tile.key} tile={tile} place={place} />
          ))}
        </ul>
      </div>
      {layout.pageCount > 1 && (
        <Pager
          page={layout.page}
          pageCount={layout.pageCount}
          label={t('call.pages')}
          onChange={(page) => {
            wantedPage.value = page
          }}
        />
      )}
    </div>
  )
}
