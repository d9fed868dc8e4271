/** What keys do while the focus is in a tile. */
import { t } from '../i18n/t.ts'
import type { Place } from '../layout/layout.ts'
import { type Direction, neighbourOf } from '../layout/neighbour.ts'
import type { Model } from '../model/model.ts'
import { isTileKey, type TileKey } from '../model/shortcutTable.ts'
import { titleOf } from './TileFace.tsx'

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

const LETTER_ACTIONS: Readonly<Record<TileKey, (model: Model, key: string, tile: Element) => void>> = {
  k: ({ layout }, key) => layout.togglePin(key),
  f: ({ fullScreen }, _key, tile) => void (fullScreen.supported && fullScreen.toggle(tile)),
}

/** Arrows go to the next tile, with Shift they move this one; K keeps it large, F fills the screen with it. */
export function handleTileKey(event: KeyboardEvent, model: Model, places: readonly Place[]): void {
  const { target } = event
  if (!(target instanceof Element) || event.altKey || event.ctrlKey || event.metaKey) return
  const tile = target.closest<HTMLElement>('[data-testid="tile"]')
  const place = places.find(({ key }) => key === tile?.dataset.key)
  if (!tile || !place || target.closest('[role="menu"]')) return
  const direction = DIRECTIONS[event.key]
  const key = event.key.toLowerCase()
  if (direction && event.shiftKey) moveTile(model, place.key, direction)
  else if (direction) focusTile(neighbourOf(places, place, direction), target)
  else if (isTileKey(key)) LETTER_ACTIONS[key](model, place.key, tile)
  else return
  event.preventDefault()
}

function focusTile(place: Place | undefined, from: Element): void {
  if (!place) return
  const next = document.querySelector(`[data-testid="tile"][data-key="${CSS.escape(place.key)}"]`)
  const testId = from.getAttribute('data-testid') ?? 'tile-menu'
  const button = next?.querySelector<HTMLElement>(`[data-testid="${testId}"]`) ?? next?.querySelector('button')
  button?.focus({ preventScroll: true })
}

function moveTile({ layout, announcer }: Model, key: string, direction: Direction): void {
  const towardsStart = document.dir === 'rtl' ? 'right' : 'left'
  const place = layout.moveBy(key, direction === 'up' || direction === towardsStart ? -1 : 1)
  const tile = layout.tiles.peek().find((each) => each.key === key)
  if (tile) announcer.say(t('tile.moved', { name: titleOf(tile), place, count: layout.stage.peek().length }))
}
