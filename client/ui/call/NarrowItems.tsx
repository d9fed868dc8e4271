import { t } from '../i18n/t.ts'
import { useModel } from '../model/model.ts'
import { MenuItem } from '../parts/MenuItem.tsx'
import { LayoutItems } from './LayoutItems.tsx'
import { useNarrow } from './useNarrow.ts'

/** What has no room in the bar of a narrow window, as lines of its menu. */
export function NarrowItems({ close }: { close: () => void }) {
  const { call, control, panels, screen } = useModel()
  const narrow = useNarrow()
  if (!narrow) return null
  const { self, peers } = call.state.value
  return (
    <>
      <MenuItem
        icon="people"
        text={t('call.people', { count: peers.length + (self ? 1 : 0) })}
        testId="people"
        onClick={() => {
          close()
          panels.toggle('people')
        }}
      />
      {screen.supported && control.mayPublish('screen') && (
        <MenuItem
          icon="screen"
          text={t(screen.track.value ? 'screen.stop' : 'screen.start')}
          testId="share-screen"
          onClick={() => {
            close()
            void screen.toggle()
          }}
        />
      )}
      <hr class="menu-line" />
      <LayoutItems close={close} />
      <hr class="menu-line" />
    </>
  )
}
