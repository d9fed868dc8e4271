import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Runtime, lock and half-finished work of this checkout; ignored by git. */
export const RUNTIME_DIR = join(ROOT, '.runtime')

/**
 * What took minutes to make stays outside the checkout, for the next clone.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function cacheDir(env = process.env) {
  return env.TERTULIA_CACHE_DIR || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tertulia')
}

/**
 * One hash over the names and contents of files and whole folders.
 * @param {string[]} paths
 */
export function hashOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of filesOf(path))
      hash
        .update(`${file.slice(path.length)}\0`)
        .update(readFileSync(file))
        .update('\0')
  }
  return hash.digest('hex')
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)))
}

/** @param {string} path */
export function readIfExists(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/**
 * Writes all or nothing, so that a killed set-up leaves no half stamp.
 * @param {string} path
 * @param {string} text
 */
export function writeWhole(path, text) {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, text)
  renameSync(draft, path)
}

/**
 * Puts a finished folder in the place of an older one.
 * @param {string} finished
 * @param {string} target
 */
export function replaceFolder(finished, target) {
  const old = `${target}.old`
  rmSync(old, { recursive: true, force: true })
  if (existsSync(target)) renameSync(target, old)
  renameSync(finished, target)
  rmSync(old, { recursive: true, force: true })
}

/**
 * Lends a fresh folder for work that is put in place when it is finished.
 * @template T
 * @param {(draft: string) => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withDraft(action) {
  mkdirSync(RUNTIME_DIR, { recursive: true })
  const draft = mkdtempSync(join(RUNTIME_DIR, DRAFT))
  // mkdtemp's folder is for its owner alone; what it becomes may be run by another user.
  chmodSync(draft, 0o755)
  try {
    return await action(draft)
  } finally {
    removeDraft(draft)
  }
}

/** Removes what killed set-ups left behind. */
export function removeOldDrafts() {
  for (const name of readdirSync(RUNTIME_DIR)) if (name.startsWith(DRAFT)) removeDraft(join(RUNTIME_DIR, name))
}

const DRAFT = 'draft-'

/** @param {string} draft */
function removeDraft(draft) {
  try {
    rmSync(draft, { recursive: true, force: true })
  } catch {
    // A killed set-up's npm may still be writing there; the next set-up removes it.
  }
}
