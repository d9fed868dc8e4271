import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createLogger } from '../../server/lib/log.ts'
import { PROTOCOL_VERSION } from '../../shared/protocol.ts'
import { FakeMedia } from '../support/FakeMedia.ts'
import { fullCapabilities } from '../support/rtp.ts'
import { connect, place } from '../support/SignalingPeer.ts'
import { openNode } from '../support/startNode.ts'

it('writes no token and no secret into its log, whatever goes right or wrong', async () => {
  const lines: string[] = []
  const log = createLogger({ level: 'debug', format: 'json', write: (line) => void lines.push(line) })
  const dataDir = join(import.meta.dirname, `../../node_modules/.cache/secrets-${process.pid}`)
  const node = await openNode({ media: new FakeMedia(), log, settings: { DATA_DIR: dataDir } })
  onTestFinished(() => node.close())
  const secret = await readFile(join(dataDir, 'secret'), 'utf8')
  const { token } = await place(node.url, 'r', 'Ana')
  const socket = connect(node.url, { token, protocol: PROTOCOL_VERSION })
  await socket.timeout(5000).emitWithAck('join', { rtpCapabilities: fullCapabilities() })
  for (const name of ['join', 'nonsense', token]) await socket.timeout(5000).emitWithAck(name, { token })
  await fetch(`${node.url}/api/v1/rooms/r/join?token=${token}`, { headers: { authorization: `Bearer ${token}` } })
  log.info({ token, request: { headers: { authorization: token } } }, 'a careless line')
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.join('')).toContain('[secret]')
  expect(lines.join('')).not.toContain(secret)
  expect(lines.filter((line) => line.includes(token))).toEqual([])
})
