import { useEffect } from 'preact/hooks'
import { useModel } from '../model/model.ts'
import { lazily } from '../parts/lazily.tsx'

const ChatPanel = lazily(() => import('./ChatPanel.tsx').then((module) => module.ChatPanel))
const StatsPanel = lazily(() => import('./StatsPanel.tsx').then((module) => module.StatsPanel))
const PeoplePanel = lazily(() => import('./PeoplePanel.tsx').then((module) => module.PeoplePanel))

/** The first pictures come first. */
const PRELOAD_AFTER_MS = 3000

/** What is open beside the call. */
export function Panels() {
  const { panels } = useModel()
  useEffect(() => {
    const timer = setTimeout(() => {
      ChatPanel.preload()
      PeoplePanel.preload()
    }, PRELOAD_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  switch (panels.panel.value) {
    case 'chat':
      return <ChatPanel />
    case 'people':
      return <PeoplePanel />
    case 'stats':
      return <StatsPanel />
    default:
      return null
  }
}
