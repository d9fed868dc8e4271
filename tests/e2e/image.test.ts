import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'

/**
 * The container image without a container engine: the files that the Dockerfile's last stage has, with only the
 * packages that run in production, started by its command, with its environment, as an ordinary user.
 */
const root = join(import.meta.dirname, '../..')
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
const NOBODY = 65534

let image: string
let server: ChildProcess | undefined
let output = ''

beforeAll(() => {
  image = mkdtempSync(join(tmpdir(), 'tertulia-image-'))
  const app = join(image, 'app')
  mkdirSync(app)
  for (const [, , paths = ''] of lastStage.matchAll(/^COPY (--from=build )?(.+) \S+$/gm))
    for (const path of paths.split(' ').map((part) => part.replace('/app/', '')))
      if (path !== 'node_modules' && path !== 'worker') cpSync(join(root, path), join(app, path), { recursive: true })
  // As the build stage does.
  for (const file of ['package-lock.json', '.npmrc']) cpSync(join(root, file), join(app, file))
  execFileSync('npm', ['ci', '--ignore-scripts', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: app,
  })
  mkdirSync(join(app, 'worker'))
  cpSync(process.env.MEDIASOUP_WORKER_BIN ?? '', join(app, 'worker/mediasoup-worker'))
  mkdirSync(join(image, 'data'))
  chmodSync(image, 0o755)
  if (process.getuid?.() === 0) chownSync(join(image, 'data'), NOBODY, NOBODY)
})

afterAll(() => {
  server?.kill('SIGKILL')
  rmSync(image, { recursive: true, force: true })
})

describe('the image', () => {
  it('starts with its own command and says that it is healthy', async () => {
    const command = /^CMD (\[.*\])$/m.exec(
      lastStage.split('HEALTHCHECK')[1]?.split('\n').slice(2).join('\n') ?? '',
    )?.[1]
    const [, ...args] = JSON.parse(command ?? '[]') as string[]
    expect(args).toEqual(['server/main.ts'])
    server = spawn(process.execPath, args, {
      cwd: join(image, 'app'),
      env: { ...environment(), PORT: '0', MEDIA_PORT: '0', PATH: process.env.PATH },
      ...(process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
    })
    for (const stream of [server.stdout, server.stderr]) stream?.on('data', (text: Buffer) => (output += text))
    const port = await until(() => /Tertulia is ready: \S+:(\d+)/.exec(output)?.[1], {
      what: () => `the server to start: ${output}`,
      deadlineMs: 15_000,
    })

    const check = /CMD (\[.*\])\n/.exec(lastStage.split('HEALTHCHECK')[1] ?? '')?.[1]
    const [, ...checkArgs] = JSON.parse(check ?? '[]') as string[]
    execFileSync(process.execPath, checkArgs, { env: { PORT: port } })
    const page = await fetch(`http://127.0.0.1:${port}/r/room`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<script')
  })

  it('stops when it is told to', async () => {
    const stopped = new Promise((resolve) => server?.once('exit', resolve))
    server?.kill('SIGTERM')
    expect(await stopped).toBe(0)
  })
})

/** The stage's ENV, with its paths moved into the folder. */
function environment(): Record<string, string> {
  const block = /^ENV ((?:.*\\\n)*.*)$/m.exec(lastStage)?.[1] ?? ''
  const pairs = [...block.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value] as const)
  return Object.fromEntries(pairs.map(([name, value]) => [name, value.replace(/^\/(app|data)/, `${image}/$1`)]))
}
