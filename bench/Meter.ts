import { setTimeout as delay } from 'node:timers/promises'
import { observer, type types } from 'mediasoup'
import { onTestFinished } from 'vitest'
import { cpuSeconds } from './processes.ts'

/** Bits per second over the wire, as the server counts them: headers, retransmissions and padding included. */
export type Rate = { sent: number; received: number }

/**
 * Reads what a server in this process carries, beside the product: by mediasoup's own observer. It has to be made before
 * the server, and people have to come in one after the other, since they are told apart by the order of their transports.
 */
export class Meter {
  readonly #transports: types.WebRtcTransport[] = []
  readonly #workers: types.Worker[] = []

  constructor() {
    const watch = (worker: types.Worker) => {
      this.#workers.push(worker)
      worker.observer.on('newrouter', (router) =>
        router.observer.on('newtransport', (transport) => this.#transports.push(transport as types.WebRtcTransport)),
      )
    }
    observer.on('newworker', watch)
    onTestFinished(() => void observer.off('newworker', watch))
  }

  /** For each person, in the order of their coming: what they send and what they receive, over the given time. */
  async rates(ms: number): Promise<Rate[]> {
    const before = await this.#bytes()
    const startedAt = performance.now()
    await delay(ms)
    const after = await this.#bytes()
    const seconds = (performance.now() - startedAt) / 1000
    return after.map(({ sent, received }, at) => ({
      sent: ((sent - (before[at]?.sent ?? 0)) * 8) / seconds,
      received: ((received - (before[at]?.received ?? 0)) * 8) / seconds,
    }))
  }

  /** Cores that the media workers use while `run` is under way. */
  async workerLoad(run: () => Promise<unknown>): Promise<number> {
    const before = this.#cpuSeconds()
    const startedAt = performance.now()
    await run()
    return (this.#cpuSeconds() - before) / ((performance.now() - startedAt) / 1000)
  }

  async #bytes(): Promise<Rate[]> {
    const totals = await Promise.all(this.#transports.map(bytesOf))
    return totals.flatMap((send, at) => (at % 2 === 0 ? [{ sent: send.up, received: totals[at + 1]?.down ?? 0 }] : []))
  }

  #cpuSeconds(): number {
    return this.#workers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0)
  }
}

/** Up is what the client sends. */
async function bytesOf(transport: types.WebRtcTransport): Promise<{ up: number; down: number }> {
  if (transport.closed) return { up: 0, down: 0 }
  const [stats] = await transport.getStats()
  return { up: stats?.bytesReceived ?? 0, down: stats?.bytesSent ?? 0 }
}
