/** What people do in a call besides seeing and hearing each other, put together in one place. */
import { computed, effect, untracked } from '@preact/signals'
import type { ChatMessage } from '../../../shared/chat.ts'
import type { ConferenceClient } from '../../sdk/ConferenceClient.ts'
import { languageFor, showLanguage } from '../i18n/languages.ts'
import { t } from '../i18n/t.ts'
import type { Announcer } from './Announcer.ts'
import type { Call } from './Call.ts'
import { Chat } from './Chat.ts'
import { playChime } from './chime.ts'
import { explainHold } from './explainHold.ts'
import { followAccess } from './followAccess.ts'
import { followDevices } from './followDevices.ts'
import { Hands } from './Hands.ts'
import { isHandheld } from './handheld.ts'
import { startHandToasts } from './handToasts.ts'
import { MutedSpeech } from './MutedSpeech.ts'
import type { Device, OwnMedia } from './OwnMedia.ts'
import { Panels } from './Panels.ts'
import type { Playback } from './Playback.ts'
import type { Preferences } from './Preferences.ts'
import { PushToTalk } from './PushToTalk.ts'
import { Reactions } from './Reactions.ts'
import { RoomControl } from './RoomControl.ts'
import type { ScreenShare } from './ScreenShare.ts'
import { listenForShortcuts } from './Shortcuts.ts'
import { Toasts } from './Toasts.ts'
import { Volumes } from './Volumes.ts'
import { WakeLock } from './WakeLock.ts'

type Parts = {
  readonly client: ConferenceClient
  readonly call: Call
  readonly media: OwnMedia
  readonly screen: ScreenShare
  readonly playback: Playback
  readonly announcer: Announcer
  readonly preferences: Preferences
}

export type Talk = {
  readonly panels: Panels
  readonly toasts: Toasts
  readonly chat: Chat
  readonly hands: Hands
  readonly reactions: Reactions
  readonly volumes: Volumes
  readonly control: RoomControl
}

/** What the keys of the chat's toasts begin with. */
const CHAT_KEY = 'chat:'
/** The longest piece of a message that a toast shows. */
const SHOWN_OF_MESSAGE = 120

export function createTalk({ client, call, announcer }: Parts): Talk {
  const panels = new Panels()
  const toasts = new Toasts((text) => announcer.say(text))
  const open = computed(() => panels.panel.value === 'chat')
  const tell = ({ id, name, text, to }: ChatMessage) => {
    const sentence = t(to ? 'chat.announcedPrivate' : 'chat.announced', { name, text: shortened(text) })
    toasts.show({
      key: CHAT_KEY + id,
      text: sentence,
      icon: to ? 'lock' : 'chat',
      action: { label: t('chat.show'), run: () => panels.show('chat') },
    })
  }
  const chat = new Chat(client, call.state, open, tell)
  const hands = new Hands(client, call.state)
  const reactions = new Reactions(client, announcer)
  const endForEveryone = () => call.endForEveryone()
  const control = new RoomControl({ client, state: call.state, panels, toasts, endForEveryone })
  return { panels, toasts, chat, hands, reactions, volumes: new Volumes(), control }
}

/** Begins what goes on beside: keys, sounds, the screen that stays on, what the document says of itself. */
export function startTalk(parts: Parts, { panels, toasts, chat, hands, volumes }: Talk): void {
  const { announcer, call, media, screen, playback, preferences } = parts
  const inCall = computed(() => call.phase.value === 'call' && !call.state.value.access.inLobby)
  const wakeLock = new WakeLock()
  const pushToTalk = new PushToTalk(media)
  const mutedSpeech = new MutedSpeech(media, toasts)

  /** @returns whether others keep it off, which has been said then */
  const explains = (device: Device): boolean => {
    const hold = media.held[device].peek()
    if (hold) explainHold(device, hold, { hands, toasts })
    return hold !== undefined
  }
  const toggle = async (device: Device): Promise<void> => {
    if (explains(device)) return
    await media.toggle(device)
    // Without a button under the focus nothing else tells those who hear the page.
    announcer.say(t(`people.${device}${media.on[device].peek() ? 'On' : 'Off'}`))
  }

  effect(() => {
    const talking = inCall.value
    wakeLock.set(talking)
    mutedSpeech.set(talking)
    if (!talking) {
      // Untracked: clearing reads what it clears.
      untracked(() => {
        panels.closeAll()
        toasts.clear()
        chat.clear()
        volumes.clear()
      })
      return
    }
    return listenForShortcuts({
      // Their switches are not offered there either.
      enabled: () => preferences.shortcuts.peek() && !isHandheld(),
      escape: () => panels.escape(),
      holdEnabled: () => preferences.pushToTalk.peek() && !isHandheld(),
      press: () => !explains('mic') && pushToTalk.press(),
      release: () => pushToTalk.release(),
      m: () => toggle('mic'),
      v: () => toggle('cam'),
      h: async () => {
        const raised = !hands.ownRaised.peek()
        await hands.toggle()
        announcer.say(t(raised ? 'hand.isUp' : 'hand.isDown'))
      },
      c: () => panels.toggle('chat'),
      p: () => panels.toggle('people'),
      i: () => panels.toggle('stats'),
      s: () => void (screen.supported && screen.toggle()),
      '?': () => panels.open('help'),
    })
  })

  startHandToasts(call.state, toasts)
  followAccess({ ...parts, hands, toasts })
  followDevices({ media, playback, preferences, toasts })

  let present: ReadonlySet<string> | undefined
  effect(() => {
    const { connection, peers } = call.state.value
    // What changes over a broken connection is nobody's coming or going.
    if (connection !== 'connected') {
      present = undefined
      return
    }
    const before = present
    const now: ReadonlySet<string> = new Set(peers.map(({ id }) => id))
    present = now
    if (!before || !preferences.chimes.peek()) return
    const came = [...now].some((id) => !before.has(id))
    if (came) void playChime('join', preferences.speakerId.peek())
    else if ([...before].some((id) => !now.has(id))) void playChime('leave', preferences.speakerId.peek())
  })

  effect(() => {
    if (panels.panel.value === 'chat') untracked(() => toasts.dismissKeys(CHAT_KEY))
  })
  effect(() => {
    document.documentElement.dataset.mirror = preferences.mirror.value && !media.looksAway.value ? 'on' : 'off'
  })
  effect(() => {
    const chosen = preferences.language.value
    void showLanguage(languageFor(chosen ? [chosen] : navigator.languages))
  })
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > SHOWN_OF_MESSAGE ? `${line.slice(0, SHOWN_OF_MESSAGE)}…` : line
}
