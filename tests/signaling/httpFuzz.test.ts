import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeMedia } from '../support/FakeMedia.ts'
import { DICTIONARY } from '../support/fuzz/mutations.ts'
import { startNode } from '../support/startNode.ts'

const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000_000))
const BODIES = 2000
const KEYS = ['name', 'password', 'hostSecret', 'invite', 'ticket', 'token', 'rules', 'surprise']
/** JSON as it is, where the dictionary says so. */
const RAW = /"@raw:((?:[^"\\]|\\.)*)"/g

const part = fc.oneof(fc.constantFrom(...DICTIONARY), fc.jsonValue({ maxDepth: 2 }), fc.constant('Ana'))
const body = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(fc.constantFrom(...KEYS), part, { maxKeys: 4 }).map(toText) },
  { weight: 1, arbitrary: part.map(toText) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
)

function toText(value: unknown): string {
  return JSON.stringify(value).replace(RAW, (_, text: string) => JSON.parse(`"${text}"`) as string)
}

test('malformed bodies, addresses and requests are answered with an error of the contract, and nothing breaks', async () => {
  console.log(`seed ${SEED}; FUZZ_SEED=${SEED} plays the same requests again`)
  const settings = { CONNECTIONS_PER_ADDRESS: '1000000' }
  const { url } = await startNode({ media: new FakeMedia(), settings })
  const counts = new Map<number, number>()
  const paths = ['/api/v1/rooms', '/api/v1/rooms/r/join', '/api/v1/rooms/__proto__/join', '/api/v1/rooms/%00/join']
  for (const [at, text] of fc.sample(body, { seed: SEED, numRuns: BODIES }).entries()) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}${paths[at % paths.length]}`, { method: 'POST', headers, body: text })
    const answer = await response.text()
    counts.set(response.status, (counts.get(response.status) ?? 0) + 1)
    expect(response.status, text.slice(0, 500)).toBeLessThan(500)
    if (!response.ok) expect(JSON.parse(answer), text.slice(0, 500)).toHaveProperty('error.code')
  }
  console.log([...counts].map(([status, count]) => `${status}: ${count}`).join(', '))

  for (const text of [
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\n${'X: x\r\n'.repeat(5000)}\r\n`,
    '\u0016\u0003\u0001\u0002\u0000\u0001',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ]) {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.resume()
    socket.end(text)
    await new Promise((resolve) => socket.once('close', resolve))
  }
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
}, 60_000)
