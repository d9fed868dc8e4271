/** Moving pictures without a camera: a person before a wall, and a screen with a document. The same every time. */

const WALLS = ['#5b7083', '#8a6f5c', '#5f7a66', '#7a6a86', '#86775a', '#4f6d7a', '#7d5f63', '#66707d'] as const
const SKINS = ['#f0c9a8', '#c98f66', '#8d5a3c', '#e2b48c', '#6b4430', '#d9a57c'] as const
const HAIRS = ['#2b2019', '#5a3a22', '#1b1b1f', '#8a5a2b', '#b9b4ac', '#3c2a3d'] as const
const CLOTHES = ['#25414f', '#7c3f3a', '#3f5d45', '#46406b', '#8b6d2f', '#2f2f35', '#a85d4a'] as const

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T

/** @param rate frames per second: a call needs some to find out what its network carries, a snapshot does not */
export function drawnPerson(index: number, upright = false, rate = 2): MediaStreamTrack {
  const [width, height] = upright ? [360, 640] : [640, 360]
  return trackOf(width, height, rate, (context) => {
    const wall = context.createLinearGradient(0, 0, width, height)
    wall.addColorStop(0, pick(WALLS, index))
    wall.addColorStop(1, '#23282d')
    context.fillStyle = wall
    context.fillRect(0, 0, width, height)
    // A window or a shelf behind, so that walls differ.
    context.fillStyle = 'rgb(255 255 255 / 14%)'
    context.fillRect(width * (index % 2 ? 0.08 : 0.7), height * 0.12, width * 0.2, height * 0.42)
    const [x, y, size] = [width * (0.46 + ((index * 7) % 9) / 100), height * 0.47, Math.min(width, height) * 0.19]
    context.fillStyle = pick(CLOTHES, index * 3)
    ellipse(context, x, y + size * 3.2, size * 2.3, size * 1.9)
    context.fillStyle = pick(SKINS, index * 5)
    context.fillRect(x - size * 0.35, y + size * 0.7, size * 0.7, size * 0.8)
    context.fillStyle = pick(HAIRS, index)
    ellipse(context, x, y - size * 0.22, size * 0.95, size * (index % 3 === 1 ? 1.5 : 1.1))
    context.fillStyle = pick(SKINS, index * 5)
    ellipse(context, x, y + size * 0.12, size * 0.78, size)
    context.fillStyle = '#2a211d'
    ellipse(context, x - size * 0.28, y, size * 0.075, size * 0.075)
    ellipse(context, x + size * 0.28, y, size * 0.075, size * 0.075)
    context.lineWidth = size * 0.07
    context.strokeStyle = '#7c3b34'
    context.beginPath()
    context.arc(x, y + size * 0.35, size * 0.26, 0.25, Math.PI - 0.25)
    context.stroke()
  })
}

export function drawnScreen(): MediaStreamTrack {
  return trackOf(1600, 900, 2, (context) => {
    context.fillStyle = '#fdfdfb'
    context.fillRect(0, 0, 1600, 900)
    context.fillStyle = '#0d6b5c'
    context.fillRect(0, 0, 1600, 14)
    context.fillStyle = '#1e1d1a'
    context.font = '600 64px system-ui, sans-serif'
    context.fillText('Plan for the spring', 110, 160)
    context.font = '400 34px system-ui, sans-serif'
    context.fillStyle = '#5d5a52'
    const lines = ['What we promised, and what is done', 'Who needs help this month', 'Dates that cannot move']
    for (const [index, line] of lines.entries()) context.fillText(`•  ${line}`, 110, 260 + index * 64)
    for (const [index, part] of [0.35, 0.55, 0.48, 0.7, 0.82, 0.95].entries()) {
      context.fillStyle = index === 5 ? '#0d6b5c' : '#b7d5cc'
      context.fillRect(900 + index * 96, 760 - part * 420, 64, part * 420)
    }
    context.fillStyle = '#dad6cb'
    context.fillRect(870, 762, 620, 4)
  })
}

function ellipse(context: CanvasRenderingContext2D, x: number, y: number, radiusX: number, radiusY: number): void {
  context.beginPath()
  context.ellipse(x, y, radiusX, radiusY, 0, 0, 2 * Math.PI)
  context.fill()
}

type Draw = (context: CanvasRenderingContext2D) => void

function trackOf(width: number, height: number, rate: number, draw: Draw): MediaStreamTrack {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width, height })
  const context = canvas.getContext('2d')
  const [track] = canvas.captureStream(rate).getVideoTracks()
  if (!context || !track) throw new Error('this browser draws no video')
  draw(context)
  // A picture that does not change is not sent again: a video that is shown later would stay black.
  setInterval(() => draw(context), 800 / rate)
  return track
}
