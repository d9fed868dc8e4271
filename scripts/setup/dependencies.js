import { copyFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from './npm.js'
import { hashOf, ROOT, readIfExists, replaceFolder, withDraft } from './paths.js'
import { withProgress } from './progress.js'

const NODE_MODULES = join(ROOT, 'node_modules')

/**
 * Installs the packages of the lockfile. None of their install scripts runs: the only one that is needed, mediasoup's, is
 * called by name (see worker/prebuilt.js). They are installed beside and put in place whole, so that an installation that
 * was killed, and whatever of it still runs, does no harm.
 */
export async function ensureDependencies() {
  const stamp = `${process.platform}-${process.arch} ${hashOf([join(ROOT, 'package-lock.json')])}`
  if (readIfExists(join(NODE_MODULES, '.setup-stamp')) === stamp) return

  await withProgress('Installing dependencies', () =>
    withDraft(async (draft) => {
      for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
        if (existsSync(join(ROOT, name))) copyFileSync(join(ROOT, name), join(draft, name))
      }
      await npm(['ci', '--ignore-scripts', '--include=dev'], draft)
      writeFileSync(join(draft, 'node_modules', '.setup-stamp'), stamp)
      replaceFolder(join(draft, 'node_modules'), NODE_MODULES)
    }),
  )
}
