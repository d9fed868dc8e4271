/**
 * The page's own components on states that a test makes up, for pictures of rooms that are too large to be called for
 * real. It is no part of the page that is served: it has its own entry, `screens.tsx`, and is built by tests only.
 *
 *     const app = await openNode({ clientDir: await buildScreens() })
 *     const page = await openPage('chromium', `${app.url}/r/friday-coffee`, { width: 1280, height: 720 })
 *     await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
 *     await renderSnapshot(page, { people: somePeople(16), speakers: [2] })
 *     await page.screenshot({ path })
 *
 * `renderSnapshot` resolves when every picture on screen shows and nothing glides any more. Anything else is done as a
 * person does it, by `page.click('[data-testid="…"]')`: open the chat, choose a layout, pin a tile.
 */
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { build } from 'vite'
import type { Person, Snapshot } from './snapshot.ts'

const root = join(import.meta.dirname, '../../..')

/** @returns the folder that it was built into */
export async function buildScreens(outDir = join(root, 'dist/screens-page')): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    publicDir: join(root, 'client/public'),
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: { outDir, emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  })
  return outDir
}

type ScreensWindow = { renderSnapshot(snapshot: Snapshot): Promise<void> }

/** Shows a state on a page that was opened on the built screens. */
export async function renderSnapshot(page: Page, snapshot: Snapshot): Promise<void> {
  await page.waitForFunction(() => 'renderSnapshot' in globalThis)
  await page.evaluate((given) => (globalThis as unknown as ScreensWindow).renderSnapshot(given), snapshot)
}

const NAMES = [
  'Ben Okafor',
  'Eva Lindqvist',
  'Chidi',
  'Mei-Ling Tan',
  'Sofía Reyes',
  'Jonas Weber',
  'Amara Diallo',
  '김민준',
  'Layla Haddad',
  'Tomás',
  'Ingrid Sørensen',
  'Ravi Patel',
  'Noor',
  'Oleksandr Kovalenko',
  'Hana Sato',
  'Priya Nair',
  'Luca Moretti',
  'Zoë',
  'Mateusz Wójcik',
  'Fatima Zahra',
  'Dewi Lestari',
  'Gabriel Santos',
  'Ana-María de la Cruz',
  'Yusuf',
  'Olivia Brown',
  'Kwame Mensah',
  'Bjørn',
  'Ching-Yi Wu',
  'Isabelle Laurent',
  'سارة',
  'Marek',
  'Nia Roberts',
  'Pedro Alves',
  'Greta',
  'Hiroshi Tanaka',
  'Leila',
  'Viktor',
  'Asha Rao',
  'Emil',
  'Carmen Ruiz',
  'Siti Rahma',
  'Tariq',
  'Wanjiru',
  'Agnieszka',
  'Dmitri',
  'Elif Yılmaz',
  'Finn',
  'Rosa Jiménez',
  'Anh Nguyễn',
]

/** The others of a room: most with their cameras on, some muted; the same every time. */
export const somePeople = (count: number): Person[] =>
  Array.from({ length: count }, (_, index) => ({
    name: NAMES[index % NAMES.length] ?? 'Guest',
    cam: index % 4 !== 2,
    mic: index % 3 !== 1,
  }))
