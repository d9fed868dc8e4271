/** When a page is fit to be drawn. */
import type { Page } from 'puppeteer-core'
import { until } from '../until.ts'

/** The page stands still, and as many tiles and pictures are there as are expected. */
export async function still(page: Page, tiles?: number, pictures = 0): Promise<void> {
  // Between the tiles: the bar comes back, and no tile is pointed at.
  await page.mouse.move(4, 5)
  await page.mouse.move(5, 4)
  const unrest = async (wanted: number | undefined, atLeast: number): Promise<string | undefined> => {
    // What has just happened is drawn with the next frame, and begins to move with the one after it.
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
    const tiles = document.querySelectorAll('[data-testid="tile"]').length
    const videos = [...document.querySelectorAll<HTMLVideoElement>('[data-testid="tile"] video:not([hidden])')]
    const moving = document
      .getAnimations()
      .filter(({ playState, effect }) => playState === 'running' && effect?.getTiming().iterations !== Infinity)
      // The ring of who speaks comes and goes with the voice.
      .some((animation) => !(animation instanceof CSSTransition && animation.transitionProperty === 'box-shadow'))
    if (moving) return 'something moves'
    if (wanted !== undefined && tiles !== wanted) return `${tiles} tiles`
    if (videos.length < atLeast) return `${videos.length} pictures`
    if (videos.some(({ videoWidth, currentTime }) => videoWidth === 0 || currentTime === 0)) return 'no picture yet'
    return document.querySelector('.bar[data-idle="true"]') ? 'no bar' : undefined
  }
  let seen: string | undefined
  await until(
    async () => {
      seen = await page.evaluate(unrest, tiles, pictures)
      return seen === undefined
    },
    { what: () => `a still page with ${tiles ?? 'any number of'} tiles; last: ${seen}`, deadlineMs: 40_000 },
  )
}

/** Whether every picture on screen has the size that its camera sends; the first frames of a call are smaller. */
export async function sharp(page: Page, width = 640): Promise<void> {
  const widths = () =>
    page.$$eval('[data-testid="tile"][data-source="cam"] video:not([hidden])', (all) =>
      (all as HTMLVideoElement[]).map(({ videoWidth }) => videoWidth),
    )
  let seen: number[] = []
  await until(
    async () => {
      seen = await widths()
      return seen.every((wide) => wide >= width)
    },
    { what: () => `pictures of ${width} pixels; last: ${seen.join(', ')}`, deadlineMs: 60_000, everyMs: 200 },
  )
}
