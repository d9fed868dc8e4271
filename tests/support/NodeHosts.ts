import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { Host, type HostedServer } from './namespaces.ts'
import { TestRedis } from './redis.ts'
import { place } from './SignalingPeer.ts'
import { until } from './until.ts'

const sh = (command: string) => execFileSync('sh', ['-ec', command], { stdio: ['ignore', 'ignore', 'pipe'] })

/** What signs tokens and lets an operator in; the same on all nodes. */
const SECRETS = {
  TOKEN_SECRETS: 'b7f1d3a95c0e42868d1b6f7a90c2e4d8',
  ADMIN_TOKEN: '0f9e8d7c6b5a49382716f5e4d3c2b1a0',
}
let made = 0

/**
 * Nodes on hosts of their own on one switch, with a real Redis. The test's process is on the same switch: its headless
 * peers and browsers reach all nodes, as people would. Each node is a region of its own name, so that a test can say who
 * goes where.
 */
export class NodeHosts {
  readonly redis: TestRedis
  readonly hosts = new Map<string, Host>()
  /** Of the test on the switch. */
  readonly address: string
  readonly #bridge: string
  readonly #net: string

  static async start(): Promise<NodeHosts> {
    const bridge = `ttb${process.pid % 100_000}n${++made}`
    const net = `10.204.${(process.pid + made) % 250}`
    sh(`ip link add ${bridge} type bridge && ip addr add ${net}.254/24 dev ${bridge} && ip link set ${bridge} up`)
    onTestFinished(() => void sh(`ip link del ${bridge}`))
    return new NodeHosts(bridge, net, await TestRedis.start({ host: `${net}.254` }))
  }

  private constructor(bridge: string, net: string, redis: TestRedis) {
    this.#bridge = bridge
    this.#net = net
    this.address = `${net}.254`
    this.redis = redis
  }

  host(name: string): Host {
    const host = this.hosts.get(name)
    if (!host) throw new Error(`there is no host ${name}`)
    return host
  }

  /** Starts a node on its host, for the first time or anew. */
  async startNode(name: string, settings: Record<string, string> = {}): Promise<HostedServer> {
    return await this.host(name).startServer({
      ...SECRETS,
      REDIS_URL: this.redis.url,
      NODE_ID: name,
      NODE_URL: this.urlOf(name),
      NODE_ADDRESS: this.addressOf(name),
      ANNOUNCED_ADDRESSES: this.addressOf(name),
      REGION: name,
      ...settings,
    })
  }

  addressOf(name: string): string {
    return `${this.#net}.${[...this.hosts.keys()].indexOf(name) + 1}`
  }

  urlOf(name: string): string {
    return `http://${this.addressOf(name)}:3000`
  }

  /** Asks a node to move its people elsewhere and to stop. */
  async drain(name: string): Promise<number> {
    const url = `http://${this.addressOf(name)}:3001/api/v1/nodes/${name}/drain`
    return (await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${SECRETS.ADMIN_TOKEN}` } })).status
  }

  addHost(name: string): void {
    const host = new Host(name)
    this.hosts.set(name, host)
    host.plugInto(this.#bridge, this.addressOf(name), this.address)
  }

  /** Resolves when each of these nodes names all the others to those who come to it. */
  async untilKnown(names: readonly string[]): Promise<void> {
    const known = async (name: string) => (await place(this.urlOf(name), 'known', 'Nobody')).fallbackUrls?.length
    await until(
      async () => {
        const counts = await Promise.all(names.map(known))
        return counts.every((count) => (count ?? 0) >= names.length - 1)
      },
      { what: 'the nodes to know each other' },
    )
  }

  /** What one node sends to another by UDP, kbit/s, over some seconds. */
  async rate(from: string, to: string): Promise<number> {
    const host = this.host(from)
    host.run(`iptables -F OUTPUT; iptables -A OUTPUT -p udp -d ${this.addressOf(to)}`)
    const began = performance.now()
    await delay(RATE_WINDOW_MS)
    const bytes = Number(
      /^\s*\d+\s+(\d+)/m.exec(host.ask('iptables -L OUTPUT -v -x -n').split('\n').slice(2).join('\n'))?.[1],
    )
    return (bytes * 8) / (performance.now() - began)
  }
}

const RATE_WINDOW_MS = 4000
