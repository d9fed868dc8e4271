import type { ConferenceClient } from '../client/sdk/index.ts'
import type { Tile } from '../shared/requests.ts'
import { CallPage } from '../tests/support/callPage.ts'
import { voiceStream } from '../tests/support/worker/voiceStream.ts'

type PageGlobal = { tertulia: ConferenceClient; look: (tiles: readonly Tile[]) => void }

/** Run in the page before its scripts. */
function lookAtNobody() {
  let client: ConferenceClient | undefined
  Object.defineProperty(globalThis, 'tertulia', {
    get: () => client,
    set: (made: ConferenceClient) => {
      client = made
      const look = made.setViewport.bind(made)
      made.setViewport = () => {}
      look([])
      Object.assign(globalThis, { look })
    },
  })
}

/** Run in the page before its scripts: the microphone hears the voice that was recorded, not the beeps of the fake one. */
function talkAsRecorded(voice: typeof voiceStream) {
  const { mediaDevices } = navigator
  const ask = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (wanted) => {
    const stream = await ask(wanted)
    for (const track of stream.getAudioTracks()) {
      stream.removeTrack(track)
      track.stop()
      for (const spoken of voice(new AudioContext()).getAudioTracks()) stream.addTrack(spoken)
    }
    return stream
  }
}

/** What is handed to the page is the text of one function. */
const before = new Function(`(${lookAtNobody})(); (${talkAsRecorded})(${voiceStream})`) as () => void

/** The page as it is, but what it says to be on screen is the benchmark's: at first nothing. */
export class Looker extends CallPage {
  static override async join(...[browser, url, options]: Parameters<typeof CallPage.join>): Promise<Looker> {
    const { page, name } = await CallPage.join(browser, url, { ...options, before })
    return new Looker(page, name)
  }

  async look(tiles: readonly Tile[]): Promise<void> {
    await this.page.evaluate((shown) => (globalThis as unknown as PageGlobal).look(shown), tiles as Tile[])
  }
}
