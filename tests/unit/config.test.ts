import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadSecrets } from '../../server/auth/secret.ts'
import { readConfig } from '../../server/config.ts'
import { StartError } from '../../server/lib/StartError.ts'

const mistakes = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof StartError) return error.lines
    throw error
  }
}

describe('readConfig', () => {
  it('needs nothing to be set', () => {
    const config = readConfig({})
    expect(config).toMatchObject({ HOST: '0.0.0.0', PORT: 3000, MEDIA_PORT: 44444, ANNOUNCED_ADDRESSES: [] })
    expect(config.WORKERS).toBeGreaterThan(0)
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('takes an empty value as not set, as compose passes it', () => {
    expect(readConfig({ PORT: '', ANNOUNCED_ADDRESSES: ' ' })).toEqual(readConfig({}))
  })

  it('reads a list of addresses and names', () => {
    const { ANNOUNCED_ADDRESSES } = readConfig({ ANNOUNCED_ADDRESSES: '192.0.2.7, 2001:db8::7,call.example,' })
    expect(ANNOUNCED_ADDRESSES).toEqual(['192.0.2.7', '2001:db8::7', 'call.example'])
  })

  it('names every mistake at once, one line each', () => {
    const lines = mistakes({ PORT: 'x', WORKERS: '0', ANNOUNCED_ADDRESSES: 'a b', LOG_LEVEL: 'loud' })
    expect(lines).toHaveLength(4)
    for (const name of ['PORT=x', 'WORKERS=0', 'ANNOUNCED_ADDRESSES=a b', 'LOG_LEVEL=loud'])
      expect(lines.filter((line) => line.startsWith(`${name}: `))).toHaveLength(1)
  })

  it('names the wrong one of a list, and what stands before the sentence only once', () => {
    expect(mistakes({ ANNOUNCED_ADDRESSES: 'a b' })).toEqual([
      'ANNOUNCED_ADDRESSES=a b: not an IP address or a host name',
    ])
    expect(mistakes({ ANNOUNCED_ADDRESSES: '192.0.2.7,a b' })).toEqual([
      'ANNOUNCED_ADDRESSES=192.0.2.7,a b: a b: not an IP address or a host name',
    ])
  })

  it.each([
    ['a port beyond the last', { PORT: '65536' }],
    ['a fraction', { WORKERS: '1.5' }],
    ['a number with letters', { PORT: '3000a' }],
    ['a negative number', { MEDIA_PORT: '-1' }],
    ['an address that nobody can connect to', { ANNOUNCED_ADDRESSES: '0.0.0.0' }],
    ['an impossible address', { ANNOUNCED_ADDRESSES: '300.1.1.1' }],
    ['a URL for an address', { ANNOUNCED_ADDRESSES: 'https://call.example' }],
    ['media ports beyond the last', { MEDIA_PORT: '65535', WORKERS: '2' }],
    ['a published range that does not fit the workers', { MEDIA_PORT_LAST: '44445', WORKERS: '1' }],
    ['more voices than open microphones', { AUDIO_ALL_LIMIT: '4', AUDIO_FORWARDED: '5' }],
    ['a secret that is too short', { TOKEN_SECRETS: 'x7Hq2' }],
    ['a secret from an example', { TOKEN_SECRETS: 'please-change-me-please-change-me-please' }],
    ['a secret that is no chance', { TOKEN_SECRETS: 'ab'.repeat(20) }],
    ['a weak secret among good ones', { TOKEN_SECRETS: `${'f3b0a7c1d2e49586'.repeat(4)},short` }],
    ['a key to make rooms that is none', { ROOM_CREATION: 'key' }],
    ['a proxy that is no address', { TRUSTED_PROXIES: 'proxy.example' }],
    ['a range that ends nowhere', { TRUSTED_PROXIES: '10.0.0.0/33' }],
    ['a range of everybody', { TRUSTED_PROXIES: '0.0.0.0/0' }],
    ['an origin with a path', { ALLOWED_ORIGINS: 'https://call.example/' }],
    ['an origin of anything', { ALLOWED_ORIGINS: '*' }],
    ['a Redis that is none', { REDIS_URL: 'http://redis.internal' }],
    ['a node without a proper name', { NODE_ID: 'a b' }],
    ['an address of a node with a slash at its end', { NODE_URL: 'https://call.example/n/a/' }],
    ['ports that are no range', { PIPE_PORTS: '40999-40000' }],
    ['nodes and people on one port', { REDIS_URL: 'redis://redis.internal', PRIVATE_PORT: '3000' }],
    ['pipes on media ports', { REDIS_URL: 'redis://redis.internal', PIPE_PORTS: '44000-45000' }],
    ['a weak token of operators', { ADMIN_TOKEN: 'letmein' }],
    ['HTTP on a media port', { MEDIA_PORT: '3000', PORT: '3001', WORKERS: '2' }],
  ])('refuses %s', (_, env) => {
    expect(mistakes(env)).toHaveLength(1)
  })
})

describe('a secret in the settings', () => {
  const good = 'b3f1c07a9d5e2846b3f1c07a9d5e2846'
  it('may be one of several, for a change without a break', () => {
    expect(readConfig({ TOKEN_SECRETS: `${good}, ${good}x` }).TOKEN_SECRETS).toEqual([good, `${good}x`])
  })

  it('is not shown when it is wrong', () => {
    for (const name of ['TOKEN_SECRETS', 'ROOM_CREATION_KEY'])
      expect(mistakes({ [name]: 'hunter2' })).toEqual([`${name}: must have at least 32 characters`])
  })
})

describe('loadSecrets', () => {
  const dataDir = async () => {
    const dir = await mkdtemp(join(tmpdir(), 'tertulia-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    return join(dir, 'data')
  }

  it('makes one, keeps it, and lets nobody else read it', async () => {
    const dir = await dataDir()
    const secret = await loadSecrets(dir)
    expect(secret.map(({ length }) => length)).toEqual([32])
    expect(await loadSecrets(dir)).toEqual(secret)
    expect((await stat(join(dir, 'secret'))).mode & 0o777).toBe(0o600)
    expect(await loadSecrets(await dataDir())).not.toEqual(secret)
  })

  it('refuses what is no secret, and a folder that is none, in words', async () => {
    const dir = await dataDir()
    await loadSecrets(dir)
    await writeFile(join(dir, 'secret'), 'short')
    await expect(loadSecrets(dir)).rejects.toThrow(StartError)
    await expect(loadSecrets(join(dir, 'secret'))).rejects.toThrow(/DATA_DIR=/)
    await expect(loadSecrets('/proc/nowhere/data')).rejects.toThrow(/DATA_DIR=/)
    expect(await readFile(join(dir, 'secret'), 'utf8')).toBe('short')
  })

  it('takes those of the settings, and more than one from the file', async () => {
    const dir = await dataDir()
    expect(await loadSecrets(dir, ['first', 'second'])).toEqual([Buffer.from('first'), Buffer.from('second')])
    const [old] = await loadSecrets(dir)
    await writeFile(join(dir, 'secret'), `${'ab'.repeat(32)}\n${Buffer.from(old ?? []).toString('hex')}\n`)
    expect(await loadSecrets(dir)).toEqual([Buffer.alloc(32, 0xab), old])
  })
})
