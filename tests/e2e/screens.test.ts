import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../server/app.ts'
import { closeBrowsers, type PageOptions } from '../support/browsers.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { buildScreens } from '../support/screens/buildScreens.ts'
import { type Shot, writeContactSheet } from '../support/screens/contactSheet.ts'
import { aCall, beforeTheCall, snapshots } from '../support/screens/journeys.ts'
import type { Journey } from '../support/screens/steps.ts'
import { still } from '../support/screens/still.ts'
import { openNode } from '../support/startNode.ts'

/**
 * Every state of the page on a few contact sheets: in `dist/screens`, and in `docs/screens` with `UPDATE_SCREENSHOTS=1`.
 * Calls of up to 5 are real; larger ones are the same components on snapshots.
 */
const root = join(import.meta.dirname, '../..')
const folder = join(root, process.env.UPDATE_SCREENSHOTS ? 'docs' : 'dist', 'screens')
const MOST_BYTES = 500_000

let app: App
let screens: App
beforeAll(async () => {
  app = await openNode({ page: 'built' })
  screens = await openNode({ media: new FakeMedia(), clientDir: await buildScreens(join(root, 'dist/screens-sheet')) })
})
afterAll(async () => {
  await closeBrowsers()
  await app?.close()
  await screens?.close()
})

type Theme = 'light' | 'dark'

const ORDER = [
  'Start',
  'Before the call',
  'In Arabic',
  'Camera and microphone refused',
  'The server cannot be reached',
  'A link that leads nowhere',
  'Alone',
  'A call of 2',
  'A call of 5',
  'A call of 9',
  'A call of 16',
  'A call of 25',
  'Speaker large',
  'Side by side',
  'What one can do with a tile',
  'Somebody shares a screen',
  'I share my screen',
  'The connection is lost',
  'Reactions',
  'Chat',
  'People',
  'Settings',
  'Shortcuts',
  'Statistics',
  'Settings of the room',
  'Waiting to be let in',
  'Somebody knocks',
  'Who waits',
  'A question before a ban',
  'Removed for good',
  'After the call',
]

/** @returns for each theme the shots of all states, in their order */
async function allStates(themes: readonly Theme[], options: PageOptions, room: string): Promise<Shot[][]> {
  const shots = themes.map((): Shot[] => [])
  const take: Journey['take'] = async (page, title) => {
    for (const [index, theme] of themes.entries()) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }])
      await still(page)
      shots[index]?.push({ title, png: await page.screenshot() })
    }
  }
  await beforeTheCall({ take, url: app.url, options })
  await aCall({ take, url: app.url, options, room })
  await snapshots({ take, url: screens.url, options })
  for (const some of shots) {
    some.sort((a, b) => ORDER.indexOf(a.title) - ORDER.indexOf(b.title))
    expect(some.map(({ title }) => title)).toEqual(ORDER.filter((title) => title !== 'Shortcuts' || !options.touch))
  }
  return shots
}

type Sheet = { file: string; title: string; columns: number; shotWidth: number }

async function writeSheets(sheets: readonly Shot[][], themes: readonly Theme[], sheet: Sheet): Promise<void> {
  const { file, title, columns, shotWidth } = sheet
  for (const [index, theme] of themes.entries()) {
    const options = { title: `${title}, ${theme}`, columns, shotWidth, dark: theme === 'dark' }
    const bytes = await writeContactSheet(join(folder, `${file}-${theme}.webp`), sheets[index] ?? [], options)
    expect(bytes).toBeLessThan(MOST_BYTES)
  }
}

const THEMES = ['light', 'dark'] as const

describe('every state of the page', () => {
  it('is drawn on a desktop, light and dark', async () => {
    const shots = await allStates(THEMES, { width: 1280, height: 720 }, 'friday-coffee')
    await writeSheets(shots, THEMES, { file: 'desktop', title: 'Desktop', columns: 4, shotWidth: 520 })
  }, 240_000)

  it('is drawn on a telephone, light and dark', async () => {
    const shots = await allStates(THEMES, { width: 390, height: 844, touch: true }, 'friday-tea')
    await writeSheets(shots, THEMES, { file: 'phone', title: 'Telephone', columns: 8, shotWidth: 250 })
  }, 240_000)
})
