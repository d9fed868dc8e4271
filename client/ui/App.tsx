import { LiveRegion } from './call/LiveRegion.tsx'
import { useModel } from './model/model.ts'
import { route } from './model/route.ts'
import { Dialogs } from './panels/Dialogs.tsx'
import { CallView } from './views/CallView.tsx'
import { Ended } from './views/Ended.tsx'
import { Home } from './views/Home.tsx'
import { NotFound } from './views/NotFound.tsx'
import { PreJoin } from './views/PreJoin.tsx'

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
  if (current.view === 'home') return <Home />
  if (current.view === 'notFound') return <NotFound />
  const phase = call.phase.value
  if (phase === 'prejoin') return <PreJoin key={current.roomId} roomId={current.roomId} />
  if (phase === 'ended') return <Ended roomId={current.roomId} />
  return <CallView roomId={current.roomId} />
}
