/** The entry of the screens; see `buildScreens.ts`. */
import { render } from 'preact'
import type { ClientState, PeerView, PublishedTrack } from '../../../client/sdk/types.ts'
import { App } from '../../../client/ui/App.tsx'
import { createModel, ModelProvider, startModel } from '../../../client/ui/model/model.ts'
import { startRouter } from '../../../client/ui/model/route.ts'
import type { PeerId, ProducerId, RoomId } from '../../../shared/ids.ts'
import type { Source } from '../../../shared/media.ts'
import { drawnPerson, drawnScreen } from './drawnTracks.ts'
import { SnapshotClient } from './SnapshotClient.ts'
import type { Person, Snapshot } from './snapshot.ts'
import '../../../client/ui/styles/index.ts'

const SELF = 40
const client = new SnapshotClient()
const tracks = new Map<string, MediaStreamTrack>()
const trackFor = (key: string, make: () => MediaStreamTrack): MediaStreamTrack => {
  const track = tracks.get(key) ?? make()
  tracks.set(key, track)
  return track
}

// One's own camera is drawn too; it comes by the way by which it always comes.
navigator.mediaDevices.getUserMedia = async ({ video } = {}) =>
  new MediaStream(video ? [drawnPerson(SELF)] : [silence()])
navigator.mediaDevices.getDisplayMedia = async () => new MediaStream([drawnScreen()])

function silence(): MediaStreamTrack {
  const [track] = new AudioContext().createMediaStreamDestination().stream.getAudioTracks()
  if (!track) throw new Error('this browser makes no sound')
  return track
}

const model = createModel(client)
startRouter()
startModel(model)
const root = document.getElementById('app')
if (!root) throw new Error('the page has no #app')
render(
  <ModelProvider value={model}>
    <App />
  </ModelProvider>,
  root,
)

async function renderSnapshot({ people, self = {}, speakers = [], state = {} }: Snapshot): Promise<void> {
  const me: Person = { name: 'Ana Silva', ...self }
  await model.media.open({ mic: me.mic ?? true, cam: me.cam ?? true })
  if (me.screen && !model.screen.track.peek()) await model.screen.toggle()
  const idOf = (index: number) => (index < 0 ? 'me' : `peer-${index}`) as PeerId
  const given: ClientState = {
    ...client.state,
    connection: 'connected',
    roomId: 'friday-coffee' as RoomId,
    self: viewOf(me, -1, idOf(-1)),
    peers: people.map((person, index) => viewOf(person, index, idOf(index))),
    speakers: speakers.map(idOf),
    failure: undefined,
    endReason: undefined,
    ...state,
  }
  client.show(given)
  await settled()
}

function viewOf(person: Person, index: number, id: PeerId): PeerView {
  const { name, cam = true, mic = true, screen = false, hand } = person
  const published: Partial<Record<Source, PublishedTrack>> = {}
  const add = (source: Source, paused: boolean, track?: MediaStreamTrack) => {
    published[source] = { source, producerId: `${id}-${source}` as ProducerId, paused, ...(track && { track }) }
  }
  add('mic', !mic)
  add('cam', !cam, cam && index >= 0 ? trackFor(`${id}:cam`, () => drawnPerson(index, index % 10 === 9)) : undefined)
  if (screen) add('screen', false, trackFor(`${id}:screen`, drawnScreen))
  return { id, name, joinedAt: 1_700_000_000_000 + index, published, ...(hand !== undefined && { handRaisedAt: hand }) }
}

/** Every picture shows, and nothing moves from one place to another. */
async function settled(): Promise<void> {
  // What has just happened is drawn with the next frame, and begins to move with the one after it.
  await frames(2)
  while (!isSettled()) await frames(1)
  // A first picture that is known is painted with the next frame.
  await frames(2)
}

function isSettled(): boolean {
  const videos = [...document.querySelectorAll<HTMLVideoElement>('[data-testid="tile"] video:not([hidden])')]
  const gliding = document
    .getAnimations()
    .some((animation) => animation.playState === 'running' && animation.effect?.getTiming().iterations !== Infinity)
  const hasTiles = document.querySelector('[data-testid="tile"]') !== null
  return hasTiles && !gliding && videos.every(({ videoWidth }) => videoWidth > 0)
}

async function frames(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed++) await new Promise(requestAnimationFrame)
}

Object.assign(globalThis, { renderSnapshot, snapshotClient: client })
