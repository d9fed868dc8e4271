import { useEffect } from 'preact/hooks'
import { LiveRegion } from './call/LiveRegion.tsx'
import { useModel } from './model/model.ts'
import { route } from './model/route.ts'
import { Dialogs } from './panels/Dialogs.tsx'
import { lazily } from './parts/lazily.tsx'
import { Ended } from './views/Ended.tsx'
import { Home } from './views/Home.tsx'
import { NotFound } from './views/NotFound.tsx'
import { PreJoin } from './views/PreJoin.tsx'

const CallView = lazily(() => import('./views/CallView.tsx').then((module) => module.CallView))
const Lobby = lazily(() => import('./moderation/Lobby.tsx').then((module) => module.Lobby))

/** The page: which view is shown follows from the address and the phase of the call. */
export function App() {
  return (
    <>
      <View />
      <Dialogs />
      <LiveRegion />
    </>
  )
}

function View() {
  const { call } = useModel()
  const current = route.value
  const inRoom = current.view === 'room'
  // It is there before the call is: while the person looks at the pre-join, or while the page connects.
  useEffect(() => {
    if (inRoom) CallView.preload()
  }, [inRoom])
  if (current.view === 'home') return <Home />
  if (current.view === 'notFound') return <NotFound />
  if (call.state.value.access.inLobby) return <Lobby roomId={current.roomId} />
  const phase = call.phase.value
  if (phase === 'prejoin') return <PreJoin key={current.roomId} roomId={current.roomId} />
  if (phase === 'ended') return <Ended roomId={current.roomId} />
  return <CallView roomId={current.roomId} />
}
