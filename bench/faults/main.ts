/**
 * What people in a room notice while a stranger does one thing after the other: latency of a request and memory of the
 * server, as ratios to a quiet time of the same run. `npm run faults`; the same numbers elsewhere mean nothing.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FuzzClient } from '../../tests/support/fuzz/FuzzClient.ts'
import { fullCapabilities } from '../../tests/support/rtp.ts'
import { ATTACKS } from './attacks.ts'
import { placeIn } from './placeIn.ts'

const SECONDS = Number(process.env.FAULT_SECONDS ?? 5)
const MATES = 4
const REQUEST_EVERY_MS = 100

type Measured = { p50: number; p99: number; rssMb: number; requests: number; lost: number }

const start = (file: string, ...args: string[]) => fork(join(import.meta.dirname, file), args, { stdio: 'inherit' })

const server = start('server.ts')
const [url] = (await once(server, 'message')) as [string]
const mates = await Promise.all(Array.from({ length: MATES }, enter))
await measure()
const quiet = await measure()
print('quiet', quiet)
// `npm run faults idle` plays those alone whose names have the word in them.
const [wanted = ''] = process.argv.slice(2)
for (const name of Object.keys(ATTACKS).filter((name) => name.includes(wanted))) {
  const attacker = start('attacker.ts', name, url)
  await once(attacker, 'message')
  print(name, await measure())
  await stop(attacker)
  await delay(2000)
}
print('quiet again', await measure())
for (const mate of mates) mate.close()
await stop(server)

async function enter(): Promise<FuzzClient> {
  const client = await FuzzClient.open(url, await placeIn(url, 'room'))
  await client.send(client.encode('join', [{ rtpCapabilities: fullCapabilities() }]))
  return client
}

/** Everyone in the room asks for something ten times a second. */
async function measure(): Promise<Measured> {
  const latencies: number[] = []
  let lost = 0
  await Promise.all(
    mates.map(async (mate) => {
      const end = performance.now() + SECONDS * 1000
      while (performance.now() < end) {
        const begun = performance.now()
        const outcome = await mate.send('["setViewport",{"tiles":[]}]')
        if (typeof outcome === 'object' && outcome.ok) latencies.push(performance.now() - begun)
        else lost++
        await delay(REQUEST_EVERY_MS)
      }
    }),
  )
  latencies.sort((a, b) => a - b)
  const at = (part: number) => latencies[Math.floor((latencies.length - 1) * part)] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), rssMb: await memoryOf(server), requests: latencies.length, lost }
}

async function memoryOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.disconnect()
  const patience = setTimeout(() => child.kill('SIGKILL'), 5000)
  await exited
  clearTimeout(patience)
}

function print(name: string, { p50, p99, rssMb, requests, lost }: Measured): void {
  const ratio = (value: number, base: number, unit: string) =>
    `${value.toFixed(1)} ${unit} (× ${(value / base).toFixed(2)})`.padEnd(22)
  console.log(
    `${name.padEnd(42)} p50 ${ratio(p50, quiet.p50, 'ms')} p99 ${ratio(p99, quiet.p99, 'ms')} memory ${ratio(rssMb, quiet.rssMb, 'MB')} ${requests} answered, ${lost} not`,
  )
}
