/** The server as an operator runs it: a process of its own, on real workers. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { until } from './until.ts'

const root = join(import.meta.dirname, '../..')

export type Started = { child: ChildProcess; output: string }

/** Runs a command with the settings of a server for one test, which ends it and all that it has started. */
export function startProcess([program = '', ...args]: string[], settings: Record<string, string> = {}): Started {
  const env = { ...process.env, HOST: '127.0.0.1', PORT: '0', MEDIA_PORT: '0', WORKERS: '1', ...settings }
  // A group of its own, so that npm's children end with it.
  const child = spawn(program, args, {
    cwd: root,
    env: { ...env, DATA_DIR: settings.DATA_DIR ?? newDataDir() },
    detached: true,
  })
  const started = { child, output: '' }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (started.output += text))
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    // Its workers hear of it too, which ends the calls.
    process.kill(-(child.pid as number), 'SIGTERM')
    await exited
  })
  return started
}

/** A folder for one test, or for several servers of one test. */
export function newDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'tertulia-process-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  return dataDir
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export type ServerProcess = Started & {
  url: string
  pid: number
  /** Process ids of its media workers. */
  workers(): number[]
  /** Its exit code; null where a signal has ended it. */
  exited: Promise<number | null>
}

/** Starts the server and waits until it can take calls. @param nodeOptions such as `--import` */
export async function startServer(
  settings: Record<string, string> = {},
  nodeOptions: string[] = [],
): Promise<ServerProcess> {
  const PORT = settings.PORT ?? String(await freePort())
  const command = [process.execPath, ...nodeOptions, 'server/main.ts']
  const started = startProcess(command, { LOG_FORMAT: 'text', ANNOUNCED_ADDRESSES: '127.0.0.1', ...settings, PORT })
  const { child } = started
  const url = `http://127.0.0.1:${PORT}`
  const pid = child.pid as number
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`the server has ended: ${started.output}`)
      return (await fetch(`${url}/readyz`)).ok
    },
    { what: () => `the server to start: ${started.output}` },
  )
  return Object.assign(started, { url, pid, exited, workers: () => childrenOf(pid) })
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
