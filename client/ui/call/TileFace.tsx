import { numberText, t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import type { CallTile } from '../model/callTiles.ts'
import { useModel } from '../model/model.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { Picture } from '../parts/Picture.tsx'
import { QualityMark } from '../parts/QualityMark.tsx'

/** What one sees of a person or a screen: the picture, or who it would be, and what one should know of it. */
export function TileFace({ tile, pinned = false }: { tile: CallTile; pinned?: boolean }) {
  const { hands, layout, volumes } = useModel()
  const { source, track, micOn, speaking, self } = tile
  const isCamera = source === 'cam'
  const handPlace = isCamera ? hands.placeOf(tile.peerId) : undefined
  const mutedForMe = isCamera && !self && volumes.mutedOf(tile.peerId).value
  const title = titleOf(tile)
  return (
    <>
      {isCamera && <Avatar name={tile.name} />}
      {tile.withheld && (
        <p class="tile-note" data-testid="tile-note">
          {t(`reception.${tile.withheld}IsOn`)}
        </p>
      )}
      <Picture track={track} label={title} onShape={(aspect) => layout.setAspect(tile.key, aspect)} />
      {/* Marks of this corner stand beside each other: whoever adds one need not know of the others. */}
      <div class="tile-marks">
        {isCamera && <QualityMark peerId={tile.peerId} />}
        {handPlace !== undefined && (
          <span class="tile-mark" data-mark="hand" data-testid="hand-mark">
            <Icon name="hand" />
            {hands.areSeveral && <span aria-hidden="true">{numberText(handPlace)}</span>}
            <span class="visually-hidden">
              {hands.areSeveral ? t('tile.hand', { place: handPlace }) : t('hand.only')}
            </span>
          </span>
        )}
        {isCamera && tile.away && (
          <span class="tile-mark" data-mark="away" data-testid="away-mark">
            {t('tile.reconnecting')}
          </span>
        )}
        {pinned && (
          <span class="tile-mark" data-mark="pin">
            <Icon name="pin" />
            <span class="visually-hidden">{t('tile.pinned')}</span>
          </span>
        )}
      </div>
      <div class="plate">
        {isCamera && !micOn && (
          <>
            <Icon name="micOff" />
            <span class="visually-hidden">{t('mic.muted')}</span>
          </>
        )}
        {mutedForMe && (
          <>
            <Icon name="soundOff" />
            <span class="visually-hidden">{t('tile.mutedForMe')}</span>
          </>
        )}
        {speaking && (
          <>
            <span class="voice" aria-hidden="true" />
            <span class="visually-hidden">{t('call.speaking')}</span>
          </>
        )}
        {!isCamera && <Icon name="screen" />}
        <span class="plate-name" dir="auto">
          {title}
        </span>
      </div>
    </>
  )
}

export function titleOf({ source, self, name }: CallTile): string {
  if (source === 'screen') return t('call.screenOf', { name })
  return self ? t('call.you', { name }) : name
}
