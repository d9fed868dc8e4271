import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { transformWithOxc } from 'vite'

/**
 * What gives a page of a real call a drawn camera and a drawn screen, to be run before its own scripts. Only the first
 * person has the browser's microphone, which beeps; where all did, who speaks would change all the time.
 *
 * @param also more to be run before the page's scripts
 */
export async function drawnDevices(person: number, also?: () => unknown): Promise<() => void> {
  const file = join(import.meta.dirname, 'drawnTracks.ts')
  const { code } = await transformWithOxc(await readFile(file, 'utf8'), file)
  const script = `${code.replace(/^export /gm, '')}
    const { mediaDevices } = navigator
    const silence = () => new AudioContext().createMediaStreamDestination().stream.getTracks()
    const known = mediaDevices.getUserMedia.bind(mediaDevices)
    mediaDevices.getUserMedia = async ({ audio, video }) => new MediaStream([
      ...(!audio ? [] : ${person === 0} ? (await known({ audio })).getTracks() : silence()),
      ...(video ? [drawnPerson(${person}, false, 12)] : []),
    ])
    mediaDevices.getDisplayMedia = async () => new MediaStream([drawnScreen()])
    ;(${also ?? (() => undefined)})()`
  return new Function(script) as () => void
}
