import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { release } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildWorker, RECIPE, WAYS_OUT } from '../worker/build.js'
import { fetchPrebuilt } from '../worker/prebuilt.js'
import { runMain, SetupError } from './errors.js'
import { withLock } from './lock.js'
import { cacheDir, hashOf, ROOT, RUNTIME_DIR } from './paths.js'
import { run } from './process.js'
import { warn, withProgress } from './progress.js'
import { ensureRuntime } from './runtime.js'

const MEDIASOUP = join(ROOT, 'node_modules', 'mediasoup')

/**
 * The path of a mediasoup-worker that works here: the one that was named, the cached one, the official prebuilt, or one
 * built from the sources in the npm package, in this order.
 * @param {string} node runs the try-out
 * @returns {Promise<string>}
 */
export async function ensureWorker(node) {
  const named = namedWorker(process.env)
  if (named) return named
  if (!existsSync(MEDIASOUP)) throw new SetupError('mediasoup is not installed: run npm ci first.')

  const key = workerKey(machine())
  const cached = join(cacheDir(), 'worker', key, 'mediasoup-worker')
  const building = join(RUNTIME_DIR, 'worker-build', key)
  if (await starts(cached)) return cached

  return withLock(`${cached}.lock`, () =>
    chooseWorker({
      cached: async () => ((await starts(cached)) ? cached : undefined),
      prebuilt: () => fetchPrebuilt(node, MEDIASOUP),
      build: () => buildWorker(MEDIASOUP, building),
      tryOut: (binary) => tryOut(node, binary),
      keep: (binary) => keep(binary, cached),
      discard: () => rmSync(building, { recursive: true, force: true }),
    }),
  )
}

/**
 * Only a worker that has proved itself is kept: a prebuilt may start on an older system and fail at its first handshake.
 * @param {object} steps
 * @param {() => Promise<string | undefined>} steps.cached
 * @param {() => Promise<string | undefined>} steps.prebuilt
 * @param {() => Promise<string>} steps.build
 * @param {(binary: string) => Promise<string | undefined>} steps.tryOut what went wrong, if anything did
 * @param {(binary: string) => string} steps.keep
 * @param {() => void} steps.discard forgets what was built
 * @returns {Promise<string>}
 */
export async function chooseWorker({ cached, prebuilt, build, tryOut, keep, discard }) {
  const found = await cached()
  if (found) return found

  const official = await prebuilt()
  if (official) {
    const fault = await tryOut(official)
    if (!fault) return keep(official)
    warn(`The official media worker does not work on this machine, so one is built here. ${fault}`)
  }
  const built = await build()
  const fault = await tryOut(built)
  const kept = fault ? undefined : keep(built)
  discard()
  if (kept) return kept
  throw new SetupError(`The media worker was built, but does not work.\n${fault}\n\n${WAYS_OUT}`)
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function namedWorker({ MEDIASOUP_WORKER_BIN: path }) {
  if (!path) return undefined
  try {
    accessSync(path, constants.X_OK)
    if (statSync(path).isFile()) return resolve(path)
  } catch {
    // Told below.
  }
  const fault = existsSync(path) ? 'not an executable file' : 'not there'
  throw new SetupError(`MEDIASOUP_WORKER_BIN names ${path}, which is ${fault}.`)
}

/**
 * Everything that a worker's binary depends on, as the name of a folder.
 * @param {{ mediasoup: string, platform: string, arch: string, libc: string, kernel: string, recipe: string }} machine
 */
export function workerKey({ mediasoup, platform, arch, libc, kernel, recipe }) {
  return [mediasoup, platform, arch, libc, `kernel${kernel.split('.')[0]}`, recipe.slice(0, 12)].join('-')
}

function machine() {
  return {
    mediasoup: JSON.parse(readFileSync(join(MEDIASOUP, 'package.json'), 'utf8')).version,
    platform: process.platform,
    arch: process.arch,
    libc: libc(),
    kernel: release(),
    recipe: hashOf(RECIPE),
  }
}

function libc() {
  if (process.platform !== 'linux') return 'system'
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport())
  return header.glibcVersionRuntime ? `glibc${header.glibcVersionRuntime}` : 'musl'
}

/**
 * A worker that is started by hand says that it misses its parent and exits with 41; one whose libraries have gone can't.
 * @param {string} binary
 */
async function starts(binary) {
  return existsSync(binary) && (await run(binary, [], { env: {} })).code === 41
}

/**
 * @param {string} node
 * @param {string} binary
 */
async function tryOut(node, binary) {
  const smoke = join(ROOT, 'scripts', 'worker', 'smoke.js')
  return withProgress(
    'Trying the media worker',
    async () => {
      const { code, tail } = await run(node, [smoke, binary], { stallSeconds: 30 })
      return code === 0 ? undefined : tail || 'It did not answer.'
    },
    (fault) => (fault ? 'failed' : 'it works'),
  )
}

/**
 * @param {string} binary
 * @param {string} target
 */
function keep(binary, target) {
  const draft = `${target}.${process.pid}`
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(binary, draft)
  chmodSync(draft, 0o755)
  renameSync(draft, target)
  return target
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(async () => {
    process.stdout.write(`${await ensureWorker(await ensureRuntime())}\n`)
  })
}
