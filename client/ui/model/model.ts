/** The page's state, put together in one place; components reach it by `useModel`. */
import { effect, untracked } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import { t } from '../i18n/t.ts'
import { Announcer } from './Announcer.ts'
import { Call } from './Call.ts'
import { FullScreen } from './FullScreen.ts'
import { LayoutState } from './LayoutState.ts'
import { OnScreen } from './OnScreen.ts'
import { OwnMedia } from './OwnMedia.ts'
import { PictureInPicture } from './PictureInPicture.ts'
import { Playback } from './Playback.ts'
import { createPreferences, type Preferences } from './Preferences.ts'
import { Publications } from './Publications.ts'
import { Qualities } from './Qualities.ts'
import { ReceptionState } from './ReceptionState.ts'
import { roomName } from './roomId.ts'
import { route } from './route.ts'
import { ScreenShare } from './ScreenShare.ts'
import { createTalk, startTalk, type Talk } from './talk.ts'

export type Model = Talk & {
  readonly client: ConferenceClient
  readonly call: Call
  readonly media: OwnMedia
  readonly screen: ScreenShare
  readonly playback: Playback
  readonly announcer: Announcer
  readonly preferences: Preferences
  readonly layout: LayoutState
  readonly onScreen: OnScreen
  readonly fullScreen: FullScreen
  readonly pip: PictureInPicture
  readonly qualities: Qualities
  readonly reception: ReceptionState
}

export function createModel(client: ConferenceClient): Model {
  const preferences = createPreferences()
  const publications = new Publications(client)
  const media = new OwnMedia(preferences, publications)
  const screen = new ScreenShare(client, publications)
  const announcer = new Announcer()
  const call = new Call({ client, preferences, publications, media, screen, announcer })
  const parts = { client, call, media, screen, playback: new Playback(), announcer, preferences }
  const layout = new LayoutState(parts)
  const onScreen = new OnScreen(client)
  const pip = new PictureInPicture(layout, onScreen)
  const stage = { layout, onScreen, fullScreen: new FullScreen(), pip }
  const network = { qualities: new Qualities(client, call), reception: new ReceptionState(parts) }
  return { ...parts, ...stage, ...network, ...createTalk(parts) }
}

/** Lets the call and the title follow the address bar, and the document's attribute follow the connection. */
export function startModel(model: Model): void {
  const { call } = model
  startTalk(model, model)
  effect(() => {
    const current = route.value
    untracked(() => (current.view === 'room' ? call.enter(current) : call.exit()))
  })
  effect(() => {
    const current = route.value
    const room = current.view === 'room' ? roomName(current.roomId) : undefined
    document.title = room ? t('app.roomTitle', { room }) : t('app.name')
  })
  effect(() => {
    document.documentElement.dataset.connection = call.state.value.connection
  })
}

const ModelContext = createContext<Model | undefined>(undefined)
export const ModelProvider = ModelContext.Provider

export function useModel(): Model {
  const model = useContext(ModelContext)
  if (!model) throw new Error('a component stands outside of ModelProvider')
  return model
}
