/**
 * Run in a page: vowels in the rhythm of syllables, with a pause after each sentence. Uses nothing from outside, so that
 * its text can be handed to any page.
 */
export function voiceStream(context: AudioContext): MediaStream {
  const syllables = 3000
  const voice = new OscillatorNode(context, { type: 'sawtooth', frequency: 125 })
  const loudness = new GainNode(context, { gain: 0 })
  const destination = context.createMediaStreamDestination()
  for (const [frequency, Q] of [
    [600, 6],
    [1100, 8],
    [2500, 10],
  ]) {
    voice.connect(new BiquadFilterNode(context, { type: 'bandpass', frequency, Q })).connect(loudness)
  }
  loudness.connect(destination)
  voice.start()
  for (let syllable = 0; syllable < syllables; syllable += 1) {
    const at = context.currentTime + syllable * 0.2
    const pause = syllable % 12 >= 9
    voice.frequency.setValueAtTime(110 + (syllable % 5) * 12, at)
    loudness.gain.setTargetAtTime(pause ? 0.0005 : 0.4 + (syllable % 3) * 0.2, at, 0.03)
    loudness.gain.setTargetAtTime(pause ? 0.0005 : 0.1, at + 0.14, 0.03)
  }
  return destination.stream
}
