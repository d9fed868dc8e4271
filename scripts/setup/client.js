import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runMain, SetupError } from './errors.js'
import { hashOf, ROOT, readIfExists, replaceFolder, withDraft, writeWhole } from './paths.js'
import { run } from './process.js'
import { withProgress } from './progress.js'
import { ensureRuntime } from './runtime.js'

const SOURCES = ['client', 'shared', 'vite.config.ts', 'package-lock.json'].map((name) => join(ROOT, name))
const OUTPUT = join(ROOT, 'dist', 'client')
// Beside the folder, not in it: everything in it is served.
const STAMP = `${OUTPUT}.stamp`

/**
 * Builds the page, unless the one that is there was made from the same sources.
 * @param {string} node
 */
export async function ensureClient(node) {
  const stamp = hashOf(SOURCES)
  if (existsSync(OUTPUT) && readIfExists(STAMP) === stamp) return

  await withProgress('Building the page', () => build(node))
  writeWhole(STAMP, stamp)
}

/** @param {string} node */
async function build(node) {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  if (!existsSync(vite)) throw new SetupError('The page is built with vite, which is not installed: run npm ci first.')

  await withDraft(async (draft) => {
    const page = join(draft, 'client')
    const args = [vite, 'build', '--outDir', page, '--emptyOutDir', '--logLevel', 'warn']
    const { code, stderr } = await run(node, args, { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' } })
    // The reason comes first, vite's own stack after it.
    if (code !== 0) throw new SetupError(`The page could not be built:\n${stderr.split('\n').slice(0, 20).join('\n')}`)
    mkdirSync(dirname(OUTPUT), { recursive: true })
    rmSync(STAMP, { force: true })
    replaceFolder(page, OUTPUT)
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(async () => ensureClient(await ensureRuntime()))
}
