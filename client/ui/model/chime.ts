/** Short sounds, made of sine waves: nothing to load. */
export type Chime = 'join' | 'leave' | 'knock' | 'test'

/** Hertz, one after the other: up for who comes, down for who goes, two knocks for who wants in. */
const NOTES: Readonly<Record<Chime, readonly number[]>> = {
  join: [523.25, 783.99],
  leave: [587.33, 392],
  knock: [392, 392],
  test: [523.25, 659.25, 783.99, 1046.5],
}
const NOTE_S = 0.16
const LOUDNESS: Readonly<Record<Chime, number>> = { join: 0.05, leave: 0.05, knock: 0.1, test: 0.2 }

/** Plays it on the chosen output, where the browser lets a page choose. Resolves when it is over; never rejects. */
export async function playChime(chime: Chime, speakerId: string): Promise<void> {
  const context = new AudioContext()
  try {
    // Held back until the person has touched the page: then it is not worth the wait.
    if (context.state === 'suspended') await Promise.race([context.resume(), after(0.3)])
    if (context.state !== 'running') return
    const stop = await connect(context, playNotes(context, chime), speakerId)
    await after(NOTES[chime].length * NOTE_S + 0.3)
    stop()
  } catch {
    // The output has gone meanwhile.
  } finally {
    await context.close().catch(() => undefined)
  }
}

function playNotes(context: AudioContext, chime: Chime): AudioNode {
  const volume = context.createGain()
  const start = context.currentTime + 0.02
  volume.gain.value = 0
  NOTES[chime].forEach((hertz, index) => {
    const at = start + index * NOTE_S
    const note = context.createOscillator()
    note.frequency.value = hertz
    note.connect(volume)
    note.start(at)
    note.stop(at + NOTE_S)
    volume.gain.setValueAtTime(0, at)
    volume.gain.linearRampToValueAtTime(LOUDNESS[chime], at + 0.02)
    volume.gain.linearRampToValueAtTime(0, at + NOTE_S)
  })
  return volume
}

/** @returns ends it */
async function connect(context: AudioContext, sound: AudioNode, speakerId: string): Promise<() => void> {
  if (!speakerId || !canChooseSpeaker()) {
    sound.connect(context.destination)
    return () => {}
  }
  // Elements can be sent to an output in more browsers than audio contexts can.
  const destination = context.createMediaStreamDestination()
  sound.connect(destination)
  const element = new Audio()
  element.srcObject = destination.stream
  await element.setSinkId(speakerId)
  await element.play()
  return () => {
    element.srcObject = null
  }
}

/** Not in every browser. */
export const canChooseSpeaker = (): boolean => typeof HTMLMediaElement.prototype.setSinkId === 'function'

const after = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000))
