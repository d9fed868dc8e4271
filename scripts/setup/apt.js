import { SetupError } from './errors.js'
import { readIfExists } from './paths.js'
import { run } from './process.js'
import { withProgress } from './progress.js'

const INSTALL = ['install', '-y', '--no-install-recommends']

/** Whether this machine's packages are Debian's, or of a descendant. */
export async function hasApt() {
  return (await run('apt-get', ['--version'])).code === 0
}

/**
 * Installs what is missing as root; tells an ordinary user the line to run.
 * @param {string[]} packages
 * @param {string} purpose "to build the media worker"
 * @param {{ mayInstall?: boolean }} [options]
 */
export async function ensurePackages(packages, purpose, { mayInstall = process.getuid?.() === 0 } = {}) {
  const missing = missingPackages(packages, await installedPackages(packages))
  if (missing.length === 0) return
  if (!mayInstall) {
    throw new SetupError(
      `${missing.length} system packages are missing ${purpose}. Install them and run this again:\n\n  ${aptLine(missing)}`,
    )
  }
  await withProgress(`Installing ${missing.length} system packages ${purpose}`, () => install(missing))
}

/**
 * @param {string[]} wanted
 * @param {string} status what dpkg-query prints for them
 */
export function missingPackages(wanted, status) {
  const installed = new Set(
    status
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, state]) => state === 'installed')
      .map(([name]) => name),
  )
  return wanted.filter((name) => !installed.has(name))
}

/** @param {string[]} packages */
export function aptLine(packages) {
  return `sudo apt-get ${INSTALL.join(' ')} ${packages.join(' ')}`
}

/** @param {string[]} packages */
async function installedPackages(packages) {
  const format = '$' + '{Package} $' + '{db:Status-Status}\\n'
  return (await run('dpkg-query', ['-W', '-f', format, ...packages])).stdout
}

/** @param {string[]} packages */
async function install(packages) {
  // Always: lists may be old, or made before a source of security updates was added.
  await apt(['update'])
  let result = await apt([...INSTALL, ...packages])
  if (result.code !== 0) {
    // Mends what an interrupted installation left behind.
    await run('dpkg', ['--configure', '-a'], { env: QUIET })
    result = await apt([...INSTALL, ...packages])
  }
  if (result.code !== 0) throw new SetupError(`apt-get could not install ${packages.join(' ')}:\n${result.tail}`)
}

const QUIET = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }

/** @param {string[]} args */
function apt(args) {
  return run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], { env: QUIET })
}

/** Name and release of the distribution, such as "debian 12". */
export function distribution() {
  const text = readIfExists('/etc/os-release') ?? ''
  /** @param {string} key */
  const value = (key) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? ''
  return `${value('ID')} ${value('VERSION_ID')}`.trim()
}
