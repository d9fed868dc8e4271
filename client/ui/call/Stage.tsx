import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { type Layout, layout as layOut, type Place } from '../layout/layout.ts'
import { useModel } from '../model/model.ts'
import { viewportOf } from '../model/viewportOf.ts'
import { Pager } from './Pager.tsx'
import { Tile } from './Tile.tsx'
import { handleTileKey } from './tileKeys.ts'
import { useElementSize } from './useElementSize.ts'
import { useTileGestures } from './useTileGestures.ts'

/** The tiles of the call, as large as the window lets them be. Tells what of it is on screen. */
export function Stage() {
  const model = useModel()
  const { layout, onScreen, fullScreen } = model
  const { ref, size } = useElementSize<HTMLDivElement>()
  const container = size.value
  const result = forReading(
    layOut(layout.stage.value, container, layout.mode.value, layout.page.value),
    container.width,
  )
  const placeOf = new Map(result.places.map((place) => [place.key, place]))
  const aspectOf = new Map(layout.stage.value.map(({ key, aspect }) => [key, aspect]))
  // In the order of the tiles, not of their places: an element that is moved in the document loses its motion.
  const shown = layout.tiles.value.flatMap((tile) => {
    const place = placeOf.get(tile.key)
    return place ? [{ tile, place, aspect: aspectOf.get(tile.key) }] : []
  })
  const turnTo = (page: number) => {
    layout.page.value = Math.max(0, Math.min(page, result.pageCount - 1))
  }
  const { drag, onPointerDown } = useTileGestures({
    stage: ref,
    places: result.places,
    onMove: (key, target) => layout.move(key, target),
    onTurn: (step) => turnTo(result.page + (document.dir === 'rtl' ? -step : step)),
  })
  const focused = useSignal<string | undefined>(undefined)
  const current = placeOf.has(focused.value ?? '') ? focused.value : result.places[0]?.key

  // A window that is being resized takes its tiles with it; gliding they would lag behind.
  const windowSize = `${innerWidth} ${innerHeight}`
  const lastWindowSize = useRef(windowSize)
  const still = lastWindowSize.current !== windowSize || onScreen.stage.peek() === undefined

  const filling = fullScreen.element.value?.getAttribute('data-key')
  useLayoutEffect(() => {
    lastWindowSize.current = windowSize
    if (container.width <= 0) return
    const visible = shown.filter(({ tile }) => !filling || tile.key === filling)
    onScreen.stage.value = viewportOf(
      visible.map(({ tile, place }) => ({
        tile,
        place: filling ? { ...place, ...screenSize() } : place,
        pinned: layout.isPinned(tile.key),
      })),
      devicePixelRatio,
    )
    layout.setPerPage(result.perPage)
  })
  useLayoutEffect(
    () => () => {
      onScreen.stage.value = undefined
    },
    [onScreen],
  )

  return (
    <div class="stage" data-mode={layout.mode.value}>
      <div class="stage-area" ref={ref}>
        <ul
          class="tiles"
          aria-label={t('layout.tiles')}
          data-still={still ? 'true' : undefined}
          onPointerDown={onPointerDown}
          onKeyDown={(event) => handleTileKey(event, model, result.places)}
          onFocusIn={(event) => {
            focused.value = tileKeyOf(event.target) ?? focused.peek()
          }}
        >
          {shown.map(({ tile, place, aspect }) => (
            <Tile key={tile.key} tile={tile} place={place} aspect={aspect} drag={drag} current={tile.key === current} />
          ))}
        </ul>
        {result.pager && (
          <Pager
            place={result.pager}
            page={result.page}
            pageCount={result.pageCount}
            label={t('call.pages')}
            onChange={turnTo}
          />
        )}
      </div>
    </div>
  )
}

const screenSize = () => ({ width: screen.width, height: screen.height })

const tileKeyOf = (target: EventTarget | null): string | undefined =>
  target instanceof Element ? target.closest<HTMLElement>('[data-testid="tile"]')?.dataset.key : undefined

/** Where text runs from right to left, so do the tiles. */
function forReading(result: Layout, width: number): Layout {
  if (document.dir !== 'rtl') return result
  const mirrored = <R extends { x: number; width: number }>(rectangle: R): R => ({
    ...rectangle,
    x: width - rectangle.x - rectangle.width,
  })
  return {
    ...result,
    places: result.places.map((place): Place => mirrored(place)),
    pager: result.pager && mirrored(result.pager),
  }
}
