import { t } from '../i18n/t.ts'
import { Icon } from '../icons.tsx'
import type { Rectangle } from '../layout/gridLayout.ts'
import type { CallTile } from '../model/callTiles.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { Picture } from '../parts/Picture.tsx'

/** A person's camera or screen in the grid. */
export function Tile({ tile, place }: { tile: CallTile; place: Rectangle }) {
  const { source, self, track, micOn, speaking } = tile
  const title = titleOf(tile)
  return (
    <li
      class="tile"
      data-testid="tile"
      data-peer-id={tile.peerId}
      data-source={source}
      data-self={self ? 'true' : undefined}
      data-speaking={speaking ? 'true' : undefined}
      style={{
        width: `${place.width}px`,
        height: `${place.height}px`,
        transform: `translate(${place.x}px, ${place.y}px)`,
      }}
    >
      {source === 'cam' && <Avatar name={tile.name} />}
      <Picture track={track} label={title} />
      <div class="plate">
        {source === 'cam' && !micOn && (
          <>
            <Icon name="micOff" />
            <span class="visually-hidden">{t('mic.muted')}</span>
          </>
        )}
        {source === 'screen' && <Icon name="screen" />}
        <span class="plate-name" dir="auto">
          {title}
        </span>
        {speaking && <span class="visually-hidden">{t('call.speaking')}</span>}
      </div>
    </li>
  )
}

function titleOf({ source, self, name }: CallTile): string {
  if (source === 'screen') return self ? t('call.ownScreen') : t('call.screenOf', { name })
  return self ? t('call.you', { name }) : name
}
