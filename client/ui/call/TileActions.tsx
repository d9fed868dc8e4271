import { useRef } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import type { CallTile } from '../model/callTiles.ts'
import { useModel } from '../model/model.ts'
import { IconButton } from '../parts/IconButton.tsx'
import { MenuButton } from '../parts/MenuButton.tsx'
import { MenuItem } from '../parts/MenuItem.tsx'
import { titleOf } from './TileFace.tsx'

type Props = { readonly tile: CallTile; readonly pinned: boolean; readonly tabIndex: number }

/** What can be done with one tile: there while the pointer or the focus is on it. */
export function TileActions({ tile, pinned, tabIndex }: Props) {
  const { layout, fullScreen, panels, volumes } = useModel()
  const ref = useRef<HTMLDivElement>(null)
  const { key, self, source, peerId } = tile
  const toggleFullScreen = () => {
    const element = ref.current?.closest('[data-testid="tile"]')
    if (element) void fullScreen.toggle(element)
  }
  const muted = volumes.mutedOf(peerId)
  return (
    <div class="tile-actions" ref={ref}>
      <IconButton
        icon={pinned ? 'unpin' : 'pin'}
        label={t('tile.pin')}
        hint={t(pinned ? 'tile.unpin' : 'tile.pin')}
        shortcut="k"
        pressed={pinned}
        tabIndex={tabIndex}
        testId="pin"
        onClick={() => layout.togglePin(key)}
      />
      {source === 'screen' && fullScreen.supported && (
        <IconButton
          icon="expand"
          label={t('tile.fullScreen')}
          shortcut="f"
          tabIndex={tabIndex}
          testId="tile-full-screen"
          onClick={toggleFullScreen}
        />
      )}
      <MenuButton icon="more" label={t('tile.options', { name: titleOf(tile) })} tabIndex={tabIndex} testId="tile-menu">
        {(close) => {
          const then = (run: () => void) => () => {
            close()
            run()
          }
          return (
            <>
              <MenuItem
                icon={pinned ? 'unpin' : 'pin'}
                text={t(pinned ? 'tile.unpin' : 'tile.pin')}
                testId="tile-pin"
                onClick={then(() => layout.togglePin(key))}
              />
              {fullScreen.supported && (
                <MenuItem
                  icon="expand"
                  text={t('tile.fullScreen')}
                  testId="tile-expand"
                  onClick={then(toggleFullScreen)}
                />
              )}
              <MenuItem
                icon="earlier"
                text={t('tile.earlier')}
                testId="tile-earlier"
                onClick={then(() => void layout.moveBy(key, -1))}
              />
              <MenuItem
                icon="later"
                text={t('tile.later')}
                testId="tile-later"
                onClick={then(() => void layout.moveBy(key, 1))}
              />
              {!self && source === 'cam' && (
                <MenuItem
                  icon="sound"
                  text={t('tile.volume')}
                  testId="tile-volume"
                  onClick={then(() => panels.openVolume(peerId))}
                />
              )}
              {!self && source === 'cam' && (
                <MenuItem
                  icon={muted.value ? 'sound' : 'soundOff'}
                  text={t('tile.muteForMe')}
                  choice="checkbox"
                  checked={muted.value}
                  testId="tile-mute"
                  onClick={then(() => {
                    muted.value = !muted.peek()
                  })}
                />
              )}
              {self && source === 'cam' && (
                <MenuItem
                  icon="eyeOff"
                  text={t('tile.hideSelf')}
                  testId="hide-self"
                  onClick={then(() => {
                    layout.selfHidden.value = true
                  })}
                />
              )}
            </>
          )
        }}
      </MenuButton>
    </div>
  )
}
