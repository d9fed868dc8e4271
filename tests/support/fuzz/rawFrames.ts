import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/** Texts that are no event of ours, from the wrong packet to the wrong kind of JSON. */
export const RAW_TEXTS: readonly string[] = [
  '',
  '4',
  '42',
  '42[]',
  '42{}',
  '42null',
  '42[null]',
  '42[7,{}]',
  '42[["join"],{}]',
  '42["join"',
  '42["join",{}]]',
  '42["__proto__",{}]',
  '42["disconnect"]',
  '42["connect",{}]',
  '42["error",{}]',
  '42["newListener",{}]',
  '4299999999999999999999["leave",{}]',
  '42-1["leave",{}]',
  '42/other,["leave",{}]',
  '40',
  '40{"token":1}',
  '40/other,{}',
  '41',
  '41/other,',
  '43["x"]',
  '431[]',
  '43999["x"]',
  '44',
  '44{"message":"x"}',
  '45["x"]',
  '450-["x"]',
  '451-["leave",{"_placeholder":true,"num":0}]',
  '4599999999-["leave",{"_placeholder":true,"num":0}]',
  '451-["leave",{"_placeholder":true,"num":"splice"}]',
  '461-1[{"_placeholder":true,"num":5}]',
  '47',
  '49["x"]',
  '4a',
  '0{"sid":"x"}',
  '1',
  '2',
  '2probe',
  '3',
  '3probe',
  '5',
  '6',
  '7',
  'b',
  'bAAAA',
  '\u0000',
  '\u001e42["leave",{}]\u001e',
  `42["leave",${'['.repeat(30_000)}`,
  `42["leave",${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}]`,
  `42["${'x'.repeat(60_000)}",{}]`,
  '4'.repeat(60_000),
]

const mask = Buffer.alloc(4)
const head = (first: number, length: number) => Buffer.concat([Buffer.from([first, 0x80 | length]), mask])

/** Frames that break RFC 6455. */
const BROKEN_FRAMES: readonly Buffer[] = [
  // Not masked.
  Buffer.from([0x81, 0x01, 0x34]),
  // Reserved bits and opcodes.
  Buffer.concat([head(0xf1, 1), Buffer.from('4')]),
  Buffer.concat([head(0x83, 1), Buffer.from('4')]),
  Buffer.concat([head(0x8b, 1), Buffer.from('4')]),
  // A length of 2^63 - 1.
  Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
  // A continuation of nothing; a control frame in pieces; one that is too long.
  Buffer.concat([head(0x80, 1), Buffer.from('4')]),
  head(0x09, 0),
  Buffer.concat([Buffer.from([0x89, 0xfe, 0x01, 0x00]), mask, Buffer.alloc(256)]),
  // No UTF-8; a close code that there is not; a close of one byte.
  Buffer.concat([head(0x81, 2), Buffer.from([0xc3, 0x28])]),
  Buffer.concat([head(0x88, 2), Buffer.from([0x00, 0x00])]),
  Buffer.concat([head(0x88, 1), Buffer.from([0x03])]),
  // A message of a thousand pieces, without an end.
  Buffer.concat([head(0x01, 1), Buffer.from('4'), ...Array.from({ length: 1000 }, () => head(0x00, 0))]),
]

/** Opens a websocket by hand, sends one broken frame or noise, and lets go. */
export async function sendBrokenFrame(url: string, at: number): Promise<void> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.once('data', () => {
    socket.write(BROKEN_FRAMES[at] ?? randomBytes(1 + (at % 500)))
    socket.end()
  })
  socket.write(
    'GET /ws/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  const patience = setTimeout(() => socket.destroy(), 3000)
  await closed
  clearTimeout(patience)
}
