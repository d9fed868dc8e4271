import { existsSync, rmSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { distribution, ensurePackages, hasApt } from '../setup/apt.js'
import { SetupError } from '../setup/errors.js'
import { ROOT } from '../setup/paths.js'
import { run } from '../setup/process.js'
import { warn, withProgress } from '../setup/progress.js'
import { fetchSrtpSource } from './srtp.js'

const HERE = join(ROOT, 'scripts', 'worker')

/** What a change of makes a new worker necessary. */
export const RECIPE = ['CMakeLists.txt', 'include'].map((name) => join(HERE, name))

export const WAYS_OUT = `Other ways to get a media worker:
  MEDIASOUP_WORKER_BIN=/path/to/mediasoup-worker npm start    with one that you have
  docker compose up                                           with the one in the image`

/** Enough for the largest source file, whatever the number of cores. */
const BYTES_PER_JOB = 1e9

/**
 * Builds the worker from the sources in mediasoup's npm package with Debian's libraries (see README.md). A build that was
 * interrupted goes on where it stopped: `folder` stays until a worker came out of it that works.
 * @param {string} mediasoup folder of the npm package
 * @param {string} folder
 * @returns {Promise<string>} the binary
 */
export async function buildWorker(mediasoup, folder) {
  if (process.platform !== 'linux' || !(await hasApt())) {
    throw new SetupError(
      `There is no prebuilt media worker to be had, and without apt none can be built here.\n\n${WAYS_OUT}`,
    )
  }
  try {
    await ensurePackages(buildPackages(distribution()), 'to build the media worker')
    const srtp = await fetchSrtpSource(join(folder, 'srtp'))
    if (!srtp) {
      warn(
        'The sources of libsrtp could not be fetched; the media worker uses the system’s, which takes twice the time or more.',
      )
      await ensurePackages(['libsrtp2-dev'], 'to build the media worker')
    }
    return await compile(join(mediasoup, 'worker'), srtp ?? '', join(folder, 'out'))
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    throw new SetupError(`${error.message}\n\n${WAYS_OUT}`)
  }
}

/** @param {string} system "debian 12" */
export function buildPackages(system) {
  return [
    'g++',
    'cmake',
    'ninja-build',
    'pkg-config',
    'dpkg-dev',
    'flatbuffers-compiler',
    'libflatbuffers-dev',
    'libuv1-dev',
    'libssl-dev',
    'libabsl-dev',
    // 1.81 is the first with the hash tables in use; Debian 12's default is older, later releases' is not.
    system === 'debian 12' ? 'libboost1.81-dev' : 'libboost-dev',
  ]
}

/**
 * @param {string} source
 * @param {string} srtp
 * @param {string} out
 */
async function compile(source, srtp, out) {
  const binary = join(out, 'mediasoup-worker')
  const goesOn = existsSync(out)
  const result = await withProgress('Building the media worker (once, some minutes)', async (update) => {
    const first = await configureAndBuild(source, srtp, out, update)
    if (first.code === 0 || !goesOn) return first
    // What the interrupted build left could be the reason: the folder may have been moved since.
    rmSync(out, { recursive: true, force: true })
    return configureAndBuild(source, srtp, out, update)
  })
  if (result.code === 0 && existsSync(binary)) return binary
  rmSync(out, { recursive: true, force: true })
  throw new SetupError(`The media worker could not be built:\n${result.tail}`)
}

/**
 * @param {string} source
 * @param {string} srtp
 * @param {string} out
 * @param {(step: string) => void} update
 */
async function configureAndBuild(source, srtp, out, update) {
  const cmake = ['-G', 'Ninja', '-S', HERE, '-B', out, `-DWORKER_SOURCE=${source}`, `-DSRTP_SOURCE=${srtp}`]
  // To configure again would write the generated headers again, and so compile everything again.
  const configured = existsSync(join(out, 'build.ninja')) ? undefined : await run('cmake', cmake)
  if (configured && configured.code !== 0) return configured

  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_PER_JOB)))
  return run('ninja', ['-C', out, '-j', String(jobs), 'mediasoup-worker'], {
    onLine: (line) => {
      const step = /^\[\d+\/\d+\]/.exec(line)
      if (step) update(step[0])
    },
  })
}
