import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A network between a client and a server of a test, which can break. */
export class TcpProxy {
  readonly url: string
  readonly #sockets = new Set<Socket>()
  #open = true

  private constructor(server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(target: string): Promise<TcpProxy> {
    const { hostname: host, port } = new URL(target)
    const server = createServer((client) => proxy.#handle(client, connect({ host, port: Number(port) })))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const proxy = new TcpProxy(server)
    onTestFinished(() => {
      proxy.drop()
      server.close()
    })
    return proxy
  }

  /** Breaks all that is connected; what comes later is let through. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
  }

  /** From now on nothing gets through, until {@link restore}. */
  cut(): void {
    this.#open = false
    this.drop()
  }

  /** Both sides of what is connected hear nothing more of each other, and do not know it; what comes later is let through. */
  freeze(): void {
    for (const socket of this.#sockets) socket.unpipe().pause()
  }

  restore(): void {
    this.#open = true
  }

  #handle(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    if (!this.#open) return void client.destroy()
    client.pipe(server)
    server.pipe(client)
  }
}
