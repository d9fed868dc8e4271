/** Readings per second. */
const RATE_HZ = 15
/** What counts as silence and as full, in decibels below the loudest that there is. */
const QUIETEST_DB = -60

/**
 * How loud a track is, as people hear it: 0 (silence, or muted) to 1, about fifteen times a second.
 * @returns ends the measurement and frees what it used
 */
export function measureLevel(track: MediaStreamTrack, onLevel: (level: number) => void): () => void {
  const context = new AudioContext()
  const source = context.createMediaStreamSource(new MediaStream([track]))
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  source.connect(analyser)
  // Without a click on the page a browser may hold it back; then it reads silence until there is one.
  if (context.state === 'suspended') context.resume().catch(() => {})
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    onLevel(levelOf(samples))
  }, 1000 / RATE_HZ)
  return () => {
    clearInterval(timer)
    source.disconnect()
    context.close().catch(() => {})
  }
}

/** The loudness of samples from -1 to 1, on a scale from 0 to 1 that is even to the ear (decibels). */
export function levelOf(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const decibels = 10 * Math.log10(sum / samples.length)
  return Math.min(1, Math.max(0, 1 - decibels / QUIETEST_DB))
}
