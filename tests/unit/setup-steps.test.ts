import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aptLine, ensurePackages, missingPackages } from '../../scripts/setup/apt.js'
import { withLock } from '../../scripts/setup/lock.js'
import { cacheDir, hashOf, writeWhole } from '../../scripts/setup/paths.js'
import { run } from '../../scripts/setup/process.js'
import { elapsed } from '../../scripts/setup/progress.js'
import { isGoodEnough } from '../../scripts/setup/runtime.js'

describe('the choice of a runtime', () => {
  it.each([
    ['18.20.4', false],
    ['20.20.2', false],
    ['22.21.0', false],
    ['23.11.0', false],
    ['24.0.0', true],
    ['24.21.0', true],
    ['25.2.0', false],
    ['26.10.0', true],
    ['27.0.0', false],
    ['28.1.0', true],
  ])('Node %s runs the server as it is: %s', (version, expected) => {
    expect(isGoodEnough(version)).toBe(expected)
  })
})

describe('system packages', () => {
  it('are missing when dpkg does not know them, or only their configuration is left', () => {
    const status = 'cmake installed\nninja-build config-files\n'
    expect(missingPackages(['cmake', 'ninja-build', 'g++'], status)).toEqual(['ninja-build', 'g++'])
  })

  it('are named in a line that can be pasted', () => {
    expect(aptLine(['cmake', 'g++'])).toBe('sudo apt-get install -y --no-install-recommends cmake g++')
  })

  it('stop an ordinary user with that line', async () => {
    const install = ensurePackages(['dpkg', 'no-such-package'], 'for the tests', { mayInstall: false })
    await expect(install).rejects.toThrow(/sudo apt-get install -y --no-install-recommends no-such-package$/)
  })
})

describe('the cache', () => {
  it('is where the environment says, else where caches are', () => {
    expect(cacheDir({ TERTULIA_CACHE_DIR: '/c', XDG_CACHE_HOME: '/x' })).toBe('/c')
    expect(cacheDir({ XDG_CACHE_HOME: '/x' })).toBe('/x/tertulia')
    expect(cacheDir({})).toMatch(/\/\.cache\/tertulia$/)
  })

  it('knows a folder by the names and contents of its files', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a'), 'one')
    const first = hashOf([folder])
    expect(hashOf([folder])).toBe(first)
    writeFileSync(join(folder, 'a'), 'two')
    const second = hashOf([folder])
    writeFileSync(join(folder, 'b'), '')
    expect(new Set([first, second, hashOf([folder])]).size).toBe(3)
  })

  it('is written whole, with nothing left beside', () => {
    const folder = temporaryFolder()
    writeWhole(join(folder, 'stamp'), 'done')
    expect(readdirSync(folder)).toEqual(['stamp'])
  })
})

describe('the lock', () => {
  it('lets one work at a time, and goes with its holder', async () => {
    const path = join(temporaryFolder(), 'lock')
    let inside = 0
    const work = async () => {
      inside += 1
      await new Promise(setImmediate)
      expect(inside).toBe(1)
      inside -= 1
    }
    await Promise.all([withLock(path, work), withLock(path, work), withLock(path, work)])
    expect(existsSync(path)).toBe(false)
  })

  it('goes when the work fails', async () => {
    const path = join(temporaryFolder(), 'lock')
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(existsSync(path)).toBe(false)
  })
})

describe('a program', () => {
  it('answers with its code, its output and its last lines', async () => {
    const result = await run(process.execPath, ['-e', 'console.log("one"); console.error("two"); process.exit(3)'])
    expect(result).toMatchObject({ code: 3, stdout: 'one\n' })
    expect(result.tail.split('\n').sort()).toEqual(['one', 'two'])
  })

  it('that does not exist has code 127', async () => {
    expect((await run('/no/such/program', [])).code).toBe(127)
  })

  it('that does not move is ended', async () => {
    const result = await run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stallSeconds: 0.5 })
    expect(result.code).not.toBe(0)
  })
})

it('shows elapsed time as minutes and seconds', () => {
  expect([0, 59_999, 61_000, 3_600_000].map(elapsed)).toEqual(['0:00', '0:59', '1:01', '60:00'])
})

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'setup-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}
