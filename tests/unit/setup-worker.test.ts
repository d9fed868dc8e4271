import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { SetupError } from '../../scripts/setup/errors.js'
import { chooseWorker, namedWorker, workerKey } from '../../scripts/setup/worker.js'
import { buildPackages } from '../../scripts/worker/build.js'
import { asSourceList, asSourceStanzas } from '../../scripts/worker/srtp.js'

describe('the choice of a media worker', () => {
  it('takes the cached one without trying anything else', async () => {
    const steps = workerSteps({ cached: async () => '/cache/worker' })
    expect(await chooseWorker(steps)).toBe('/cache/worker')
    expect(steps.prebuilt).not.toHaveBeenCalled()
    expect(steps.build).not.toHaveBeenCalled()
  })

  it('keeps the prebuilt one when it works', async () => {
    const steps = workerSteps({ prebuilt: async () => '/prebuilt' })
    expect(await chooseWorker(steps)).toBe('kept /prebuilt')
    expect(steps.build).not.toHaveBeenCalled()
  })

  it('builds one when there is no prebuilt', async () => {
    const steps = workerSteps({})
    expect(await chooseWorker(steps)).toBe('kept /built')
    expect(steps.tryOut).toHaveBeenCalledExactlyOnceWith('/built')
    expect(steps.discard).toHaveBeenCalledOnce()
  })

  it('builds one when the prebuilt starts but does not work', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    onTestFinished(() => void vi.restoreAllMocks())
    const steps = workerSteps({
      prebuilt: async () => '/prebuilt',
      tryOut: async (binary) => (binary === '/prebuilt' ? 'It died at DTLS.' : undefined),
    })
    expect(await chooseWorker(steps)).toBe('kept /built')
    expect(steps.keep).toHaveBeenCalledExactlyOnceWith('/built')
  })

  it('never keeps a built one that does not work, and names the ways out', async () => {
    const steps = workerSteps({ tryOut: async () => 'It died at DTLS.' })
    await expect(chooseWorker(steps)).rejects.toThrow(/It died at DTLS.*MEDIASOUP_WORKER_BIN=.*docker compose/s)
    expect(steps.keep).not.toHaveBeenCalled()
    expect(steps.discard).toHaveBeenCalledOnce()
  })
})

describe('a worker named by the environment', () => {
  it('is used when it can be run', () => {
    expect(namedWorker({ MEDIASOUP_WORKER_BIN: process.execPath })).toBe(process.execPath)
    expect(namedWorker({})).toBeUndefined()
  })

  it('is refused in one line when it is missing, a folder or not executable', () => {
    const folder = mkdtempSync(join(tmpdir(), 'worker-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'plain'), '', { mode: 0o644 })
    for (const path of [join(folder, 'missing'), folder, join(folder, 'plain')]) {
      expect(() => namedWorker({ MEDIASOUP_WORKER_BIN: path })).toThrow(SetupError)
    }
    expect(() => namedWorker({ MEDIASOUP_WORKER_BIN: '/nowhere' })).toThrow(
      'MEDIASOUP_WORKER_BIN names /nowhere, which is not there.',
    )
  })
})

describe('the key of a cached worker', () => {
  const machine = {
    mediasoup: '3.27.1',
    platform: 'linux',
    arch: 'x64',
    libc: 'glibc2.36',
    kernel: '6.1.0-28-amd64',
    recipe: 'a'.repeat(64),
  }

  it('reads as what it depends on', () => {
    expect(workerKey(machine)).toBe('3.27.1-linux-x64-glibc2.36-kernel6-aaaaaaaaaaaa')
  })

  it('changes with everything that a binary depends on', () => {
    const others = [
      { mediasoup: '3.27.2' },
      { platform: 'darwin' },
      { arch: 'arm64' },
      { libc: 'musl' },
      { kernel: '7.0.1' },
      { recipe: 'b'.repeat(64) },
    ]
    const keys = others.map((change) => workerKey({ ...machine, ...change }))
    expect(new Set([workerKey(machine), ...keys]).size).toBe(others.length + 1)
  })

  it('stays when only the kernel’s minor version changes', () => {
    expect(workerKey({ ...machine, kernel: '6.12.3' })).toBe(workerKey(machine))
  })
})

describe('the build’s packages', () => {
  it('name the newer Boost on Debian 12, whose default is too old', () => {
    expect(buildPackages('debian 12')).toContain('libboost1.81-dev')
    expect(buildPackages('debian 13')).toContain('libboost-dev')
  })

  it('come with the system’s own sources as source packages', () => {
    expect(
      asSourceList('# a mirror\ndeb [signed-by=/k.gpg] http://mirror/debian bookworm main\ndeb-src http://x y z\n'),
    ).toBe('deb-src [signed-by=/k.gpg] http://mirror/debian bookworm main\n')
    expect(asSourceStanzas('Types: deb deb-src\nURIs: http://mirror/debian\nSuites: bookworm\n')).toBe(
      'Types: deb-src\nURIs: http://mirror/debian\nSuites: bookworm\n',
    )
  })
})

/** Steps of a machine without cache and prebuilt, where a build works. */
function workerSteps(different: Partial<Parameters<typeof chooseWorker>[0]>) {
  return {
    cached: vi.fn(different.cached ?? (async () => undefined)),
    prebuilt: vi.fn(different.prebuilt ?? (async () => undefined)),
    build: vi.fn(different.build ?? (async () => '/built')),
    tryOut: vi.fn(different.tryOut ?? (async () => undefined)),
    keep: vi.fn(different.keep ?? ((binary: string) => `kept ${binary}`)),
    discard: vi.fn(),
  }
}
