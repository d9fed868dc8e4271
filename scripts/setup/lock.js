import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readIfExists } from './paths.js'
import { atExit } from './process.js'
import { withProgress } from './progress.js'

const BEAT_MS = 1000
const POLL_MS = 250
const DEAD_MS = 10_000

/**
 * Lets one process at a time do the work; the others wait, and then usually find it done. The holder touches the file
 * every second: a lock that nobody touches belongs to a killed process and is taken over. (Process ids would tell
 * sooner, but mean nothing between containers that share a folder.)
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function withLock(path, action) {
  const token = randomUUID()
  mkdirSync(dirname(path), { recursive: true })
  if (!tryLock(path, token)) {
    await withProgress('Waiting for another set-up', () => waitForLock(path, token))
  }
  const release = () => {
    if (readIfExists(path) === token) rmSync(path, { force: true })
  }
  const forget = atExit(release)
  const beat = setInterval(() => touch(path), BEAT_MS)
  try {
    return await action()
  } finally {
    clearInterval(beat)
    forget()
    release()
  }
}

/**
 * @param {string} path
 * @param {string} token
 */
async function waitForLock(path, token) {
  let last = ''
  let unchangedSince = Date.now()
  while (!tryLock(path, token)) {
    await sleep(POLL_MS)
    const state = stateOf(path)
    if (state !== last) {
      last = state
      unchangedSince = Date.now()
    } else if (Date.now() - unchangedSince > DEAD_MS) {
      rmSync(path, { force: true })
      // Two that take over in the same instant: the second removes the first one's new lock. So look again.
      if (tryLock(path, token)) await sleep(POLL_MS)
      if (readIfExists(path) === token) return
      last = ''
    }
  }
}

/**
 * @param {string} path
 * @param {string} token
 */
function tryLock(path, token) {
  try {
    writeFileSync(path, token, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** @param {string} path */
function stateOf(path) {
  try {
    return `${readIfExists(path)} ${statSync(path).mtimeMs}`
  } catch {
    return ''
  }
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // Taken over by another process that thought this one dead; both finish, the results are put in place whole.
  }
}
