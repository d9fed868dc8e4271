import { join } from 'node:path'
import { build } from 'vite'
import type * as Processors from '../../client/sdk/processors/index.ts'
import type { App } from '../../server/app.ts'
import { openNode } from './startNode.ts'

/** What the page has on its window besides its own. */
export type Lab = {
  lab: { processors: () => Promise<typeof Processors> }
}

const LAB = `
Object.assign(window, { lab: { processors: () => import('./sdk/processors/index.ts') } })`

const root = join(import.meta.dirname, '../..')

/** A whole server with the real page, built anew with the slot for effects within reach of a test. */
export async function openEffectsNode(): Promise<App> {
  const clientDir = join(root, 'dist/effects-page')
  await build({
    root: join(root, 'client'),
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: clientDir, emptyOutDir: true },
    plugins: [{ name: 'lab', transform: (code, id) => (id.endsWith('/client/main.tsx') ? code + LAB : undefined) }],
  })
  return openNode({ clientDir })
}
