import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { transformWithOxc } from 'vite'

/**
 * What gives a page of a real call a drawn camera and a drawn screen, to be run before its own scripts; its microphone
 * stays the browser's.
 */
export async function drawnDevices(person: number): Promise<() => void> {
  const file = join(import.meta.dirname, 'drawnTracks.ts')
  const { code } = await transformWithOxc(await readFile(file, 'utf8'), file)
  const script = `${code.replace(/^export /gm, '')}
    const { mediaDevices } = navigator
    const known = mediaDevices.getUserMedia.bind(mediaDevices)
    mediaDevices.getUserMedia = async ({ audio, video }) => new MediaStream([
      ...(audio ? (await known({ audio })).getTracks() : []),
      ...(video ? [drawnPerson(${person})] : []),
    ])
    mediaDevices.getDisplayMedia = async () => new MediaStream([drawnScreen()])`
  return new Function(script) as () => void
}
