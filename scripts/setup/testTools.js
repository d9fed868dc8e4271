import { ensurePackages, hasApt } from './apt.js'
import { warn } from './progress.js'

/** Two browsers, fonts for the pages' languages, the tools that put a bad network between two peers, and Redis. */
const PACKAGES = [
  'chromium',
  'firefox-esr',
  'fonts-noto-core',
  'fonts-noto-cjk',
  'fonts-noto-color-emoji',
  'iproute2',
  'iptables',
  'redis-server',
]

/** What only the tests need from the system. */
export async function ensureTestTools() {
  if (await hasApt()) return ensurePackages(PACKAGES, 'for the tests')
  warn(`There is no apt here: the tests expect what Debian calls ${PACKAGES.join(', ')} to be installed.`)
}
