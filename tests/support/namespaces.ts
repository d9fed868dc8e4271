import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, type Page } from 'puppeteer-core'
import { it, onTestFinished } from 'vitest'
import { CHROMIUM_FLAGS } from './browsers.ts'
import { until } from './until.ts'

/**
 * Several hosts on one machine: network namespaces, joined by cables (veth pairs). Only root can make them. As an
 * ordinary user these tests are counted as not run; where CI is set that would hide them, so there they fail.
 */
const mayMake = process.getuid?.() === 0
let notRun = 0

export function namespaceTest(name: string, run: () => Promise<void>): void {
  if (mayMake || process.env.CI) return void it(name, run)
  it.skip(name, run)
  if (++notRun === 1) setImmediate(() => console.warn(`${notRun} not run: needs root`))
}

const root = join(import.meta.dirname, '../..')
const sh = (command: string) => execFileSync('sh', ['-ec', command], { stdio: ['ignore', 'ignore', 'pipe'] })

/** A bottleneck for what leaves by a device: packets wait, then are dropped. Undefined takes it away. */
export function narrow(device: string, kbps: number | undefined): void {
  if (kbps === undefined) sh(`tc qdisc del dev ${device} root`)
  else sh(`tc qdisc add dev ${device} root tbf rate ${kbps}kbit burst 4kb latency 300ms`)
}

let made = 0

/** A server process on a host. */
export type HostedServer = {
  signal(name: NodeJS.Signals): void
  /** Its exit code; null where a signal has ended it. */
  exited: Promise<number | null>
}

/** A host with a network of its own; gone, with all its processes, at the end of the test. */
export class Host {
  readonly name: string
  /** Addresses on its cables, in the order of `connect`. */
  readonly addresses: string[] = []
  readonly #devices: string[] = []

  constructor(label: string) {
    this.name = `tt-${process.pid}-${++made}-${label}`
    sh(`ip netns add ${this.name} && ip -n ${this.name} link set lo up`)
    onTestFinished(() => {
      sh(`ip netns pids ${this.name} | xargs -r kill -9; ip netns del ${this.name}`)
    })
  }

  /** Lays a cable to another host: a network of two. */
  connect(other: Host): void {
    const cable = ++made % 250
    const [here, there] = [`v${process.pid % 10000}a${cable}`, `v${process.pid % 10000}b${cable}`]
    sh(`ip link add ${here} type veth peer name ${there}`)
    for (const [host, end, last] of [
      [this, here, 1],
      [other, there, 2],
    ] as const) {
      const address = `10.203.${cable}.${last}`
      sh(
        `ip link set ${end} netns ${host.name} && ip -n ${host.name} addr add ${address}/24 dev ${end} && ip -n ${host.name} link set ${end} up`,
      )
      host.addresses.push(address)
      host.#devices.push(end)
    }
  }

  /**
   * Lays a cable to this process' own network, in which a server of the test listens.
   * @returns this side's address and its device, on which the line to the host can be narrowed
   */
  connectToTest(): { address: string; device: string } {
    const cable = ++made % 250
    const [device, there] = [`v${process.pid % 10000}a${cable}`, `v${process.pid % 10000}b${cable}`]
    const address = `10.203.${cable}.1`
    sh(`ip link add ${device} type veth peer name ${there} && ip link set ${there} netns ${this.name}`)
    sh(`ip addr add ${address}/24 dev ${device} && ip link set ${device} up`)
    sh(`ip -n ${this.name} addr add 10.203.${cable}.2/24 dev ${there} && ip -n ${this.name} link set ${there} up`)
    return { address, device }
  }

  /**
   * Lays a cable to a switch (a bridge of this process' own network).
   * @param gateway the test's address there: what comes from another of its addresses is answered as well
   */
  plugInto(bridge: string, address: string, gateway: string): void {
    const cable = ++made % 250
    const [here, there] = [`v${process.pid % 10000}a${cable}`, `v${process.pid % 10000}b${cable}`]
    sh(`ip link add ${there} type veth peer name ${here} && ip link set ${there} master ${bridge} up`)
    sh(`ip link set ${here} netns ${this.name} && ip -n ${this.name} addr add ${address}/24 dev ${here}`)
    sh(`ip -n ${this.name} link set ${here} up && ip -n ${this.name} route add default via ${gateway}`)
    this.addresses.push(address)
    this.#devices.push(here)
  }

  /** Gives its first cable another address, as another network would; the one of before is gone. */
  changeAddress(): void {
    const [device = '', before = ''] = [this.#devices[0], this.addresses[0]]
    const next = before.replace(/\d+$/, '77')
    sh(`ip -n ${this.name} addr del ${before}/24 dev ${device} && ip -n ${this.name} addr add ${next}/24 dev ${device}`)
    this.addresses[0] = next
  }

  /** Runs a command there, such as an iptables rule. */
  run(command: string): void {
    sh(`ip netns exec ${this.name} sh -ec '${command}'`)
  }

  /** What a command there prints. */
  ask(command: string): string {
    return execFileSync('ip', ['netns', 'exec', this.name, 'sh', '-ec', command], { encoding: 'utf8' })
  }

  /** Starts the server there, as its operator would, and waits until it answers. */
  async startServer(settings: Record<string, string>): Promise<HostedServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'tertulia-host-'))
    const env = { ...process.env, PORT: '3000', MEDIA_PORT: '44444', WORKERS: '1', DATA_DIR: dataDir, ...settings }
    const child = spawn('ip', ['netns', 'exec', this.name, process.execPath, 'server/main.ts'], { cwd: root, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text))
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
    onTestFinished(async ({ task }) => {
      child.kill('SIGKILL')
      await exited
      rmSync(dataDir, { recursive: true, force: true })
      if (task.result?.state === 'fail') console.error(`${this.name} said:\n${output.slice(-5000)}`)
    })
    await until(() => output.includes('Tertulia is ready'), { what: () => `the server to start: ${output}` })
    return { signal: (name) => void child.kill(name), exited }
  }

  /**
   * Opens Chromium there. A page on another host's plain http gets the camera as https would.
   * @param before run in the page before its own scripts
   */
  async openPage(url: string, before?: () => void): Promise<Page> {
    const folder = mkdtempSync(join(tmpdir(), 'tertulia-chromium-'))
    const program = join(folder, 'chromium')
    writeFileSync(program, `#!/bin/sh\nexec ip netns exec ${this.name} /usr/bin/chromium "$@"\n`)
    chmodSync(program, 0o755)
    const flags = [...CHROMIUM_FLAGS, `--unsafely-treat-insecure-origin-as-secure=${new URL(url).origin}`]
    // By a pipe: the debugging port would be in the other network.
    const browser = await launch({
      executablePath: program,
      headless: true,
      pipe: true,
      args: flags,
      userDataDir: join(folder, 'profile'),
    })
    onTestFinished(async () => {
      await browser.close()
      rmSync(folder, { recursive: true, force: true })
    })
    const page = await browser.newPage()
    if (before) await page.evaluateOnNewDocument(before)
    await page.goto(url, { waitUntil: 'domcontentloaded' })
    return page
  }
}
