import { defineConfig } from 'vitest/config'

/**
 * Loading the server takes longer than most of these files do, so a process keeps it for its next file; what a test
 * changes for all, it undoes. Most of the rest is waiting.
 */
const WITHOUT_MEDIA = { testTimeout: 30_000, isolate: false, maxWorkers: 4 }

/**
 * What the page shows and does, click by click. One browser waits for the other process most of the time, so two files
 * go beside each other; where media is measured, or the machine is filled, one goes alone.
 */
const PAGE = [
  'accessibility',
  'connection',
  'devices',
  'gestures',
  'goodbye',
  'hostileText',
  'languages',
  'layout',
  'links',
  'moderation',
  'page',
  'phone',
  'preferences',
  'talk',
].map((name) => `tests/e2e/${name}.test.ts`)

/** One project for each level of the test pyramid; the lower ones run beside each other, those with real media do not. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], ...WITHOUT_MEDIA } },
      { test: { name: 'signaling', include: ['tests/signaling/**/*.test.ts'], ...WITHOUT_MEDIA } },
      {
        test: {
          name: 'cluster',
          include: ['tests/cluster/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'media',
          include: ['tests/media/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'namespaces',
          include: ['tests/namespaces/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          // Draws the contact sheets of docs/screens, which nobody needs at each run.
          exclude: [...PAGE, ...(process.env.UPDATE_SCREENSHOTS ? [] : ['tests/e2e/screens.test.ts'])],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e-page',
          include: PAGE,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
