/** The page's state, put together in one place; components reach it by `useModel`. */
import { effect, untracked } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import { t } from '../i18n/t.ts'
import { Announcer } from './Announcer.ts'
import { Call } from './Call.ts'
import { OwnMedia } from './OwnMedia.ts'
import { Playback } from './Playback.ts'
import { Preferences } from './Preferences.ts'
import { Publications } from './Publications.ts'
import { route } from './route.ts'
import { ScreenShare } from './ScreenShare.ts'

export type Model = {
  readonly client: ConferenceClient
  readonly call: Call
  readonly media: OwnMedia
  readonly screen: ScreenShare
  readonly playback: Playback
  readonly announcer: Announcer
}

export function createModel(client: ConferenceClient): Model {
  const preferences = new Preferences()
  const publications = new Publications(client)
  const media = new OwnMedia(preferences, publications)
  const screen = new ScreenShare(publications)
  const announcer = new Announcer()
  const call = new Call({ client, preferences, publications, media, screen, announcer })
  return { client, call, media, screen, playback: new Playback(), announcer }
}

/** Lets the call and the title follow the address bar, and the document's attribute follow the connection. */
export function startModel({ call }: Model): void {
  effect(() => {
    const current = route.value
    untracked(() => (current.view === 'room' ? call.enter(current) : call.exit()))
  })
  effect(() => {
    const current = route.value
    document.title = current.view === 'room' ? t('app.roomTitle', { room: current.roomId }) : t('app.name')
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
