import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What stands in front of several nodes: `/n/<name>/…` leads to one of them, without the prefix, all else to any. */
export class FrontDoor {
  readonly url: string
  /** Each request for a placement: the path by which it came, and what was in it. */
  readonly placements: { path: string; body: Record<string, unknown> }[] = []
  readonly #nodes = new Map<string, URL>()
  readonly #down = new Set<string>()
  readonly #silent = new Set<string>()
  readonly #sockets = new Map<Socket, string>()

  private constructor(server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (incoming, answer) => this.#pass(incoming, answer))
    server.on('upgrade', (incoming, socket: Socket, head) => this.#upgrade(incoming, socket, head))
  }

  static async open(nodes: Record<string, string>): Promise<FrontDoor> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const door = new FrontDoor(server)
    for (const [name, url] of Object.entries(nodes)) door.#nodes.set(name, new URL(url))
    onTestFinished(() => {
      for (const socket of door.#sockets.keys()) socket.destroy()
      server.close()
      server.closeAllConnections()
    })
    return door
  }

  /** As if the node's process were killed. */
  kill(name: string): void {
    this.#down.add(name)
    for (const [socket, of] of this.#sockets) if (of === name) socket.destroy()
  }

  /** As if its machine were gone: nothing answers, and nothing refuses. */
  silence(name: string): void {
    this.kill(name)
    this.#silent.add(name)
  }

  restore(name: string): void {
    this.#down.delete(name)
  }

  #targetOf(url = '/'): { name: string; host: string; port: number; path: string } | undefined {
    const [, named, rest] = /^\/n\/([^/]+)(\/.*)$/.exec(url) ?? []
    const name = named ?? [...this.#nodes.keys()].find((each) => !this.#down.has(each)) ?? ''
    const node = this.#nodes.get(name)
    if (!node || this.#down.has(name)) return undefined
    return { name, host: node.hostname, port: Number(node.port), path: rest ?? url }
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const target = this.#targetOf(incoming.url)
    if (!target) return void answer.writeHead(502).end()
    const { host, port, path } = target
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      if (path.endsWith('/join'))
        this.placements.push({ path: incoming.url ?? '', body: JSON.parse(body.toString()) as Record<string, unknown> })
      const options = { host, port, path, method: incoming.method ?? 'GET', headers: incoming.headers }
      request(options, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers)
        response.pipe(answer)
      })
        .on('error', () => answer.destroy())
        .end(body)
    })
  }

  #upgrade(incoming: IncomingMessage, client: Socket, head: Buffer): void {
    const target = this.#targetOf(incoming.url)
    if (!target && this.#silent.has(/^\/n\/([^/]+)/.exec(incoming.url ?? '')?.[1] ?? '')) {
      client.on('error', () => {})
      this.#sockets.set(client, '')
      return
    }
    if (!target) return void client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const { name, host, port, path } = target
    const server = connect({ host, port }, () => {
      const { rawHeaders } = incoming
      const headers = rawHeaders.flatMap((header, at) => (at % 2 === 0 ? [`${header}: ${rawHeaders[at + 1]}`] : []))
      server.write(`GET ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
      server.write(head)
      client.pipe(server).pipe(client)
    })
    for (const socket of [client, server]) {
      this.#sockets.set(socket, name)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
  }
}
