import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messageLimits } from '../../server/core/messageLimits.ts'
import { fullBucket, refill, take } from '../../server/core/tokenBucket.ts'
import { Guesses } from '../../server/http/Guesses.ts'
import { AddressRates } from '../../server/lib/AddressRates.ts'
import { createClientAddressOf, createIsTrustedProxy, networkOf } from '../../server/lib/clientAddress.ts'
import { createIsAllowedOrigin } from '../../server/lib/origins.ts'
import { AddressQuotas } from '../../server/signaling/AddressQuotas.ts'
import { Admission } from '../../server/signaling/Admission.ts'
import { SfuError } from '../../shared/errors.ts'
import type { RoomId } from '../../shared/ids.ts'
import { REQUESTS } from '../../shared/requests.ts'

describe('a token bucket', () => {
  const size = { capacity: 10, perSecond: 2 }

  it('gives all or nothing, and fills up again', () => {
    const first = take(fullBucket(size, 0), size, { cost: 8, now: 0 })
    expect(first).toEqual({ granted: true, bucket: { tokens: 2, at: 0 } })
    expect(take(first.bucket, size, { cost: 3, now: 0 }).granted).toBe(false)
    expect(take(first.bucket, size, { cost: 3, now: 500 })).toEqual({ granted: true, bucket: { tokens: 0, at: 500 } })
    expect(refill(first.bucket, size, 1e9).tokens).toBe(10)
  })

  it('never grants more than its capacity and what has come in, whatever is asked and when', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ cost: fc.nat(12), wait: fc.integer({ min: -50, max: 3000 }) })), (steps) => {
        let bucket = fullBucket(size, 0)
        let [now, latest, spent] = [0, 0, 0]
        for (const { cost, wait } of steps) {
          now += wait
          latest = Math.max(latest, now)
          const step = take(bucket, size, { cost, now })
          bucket = step.bucket
          if (step.granted) spent += cost
          expect(bucket.tokens).toBeGreaterThanOrEqual(0)
        }
        const backwards = steps.reduce((sum, { wait }) => sum + Math.max(0, -wait), 0)
        expect(spent).toBeLessThanOrEqual(size.capacity + ((latest + backwards) / 1000) * size.perSecond + 1e-6)
      }),
    )
  })
})

describe('the admission of messages', () => {
  const newAdmission = () => {
    const state = { now: 0, emptied: 0 }
    const admission = new Admission({
      limits: messageLimits(100),
      now: () => state.now,
      onEmpty: () => {
        state.emptied++
      },
    })
    return { admission, state }
  }

  it('refuses an action above its rate, and takes it again a second later', () => {
    const { admission, state } = newAdmission()
    for (let at = 0; at < 20; at++) admission.admit('chat')
    expect(() => admission.admit('chat')).toThrow(SfuError)
    admission.admit('publish')
    state.now = 1000
    admission.admit('chat')
    expect(state.emptied).toBe(0)
  })

  it('says once that a connection has sent too much', () => {
    const { admission, state } = newAdmission()
    for (let at = 0; at < 400; at++) admission.countPacket()
    expect(state.emptied).toBe(0)
    for (let at = 0; at < 400; at++) admission.countPacket()
    expect(state.emptied).toBe(1)
  })

  it('counts a mistake as ten', () => {
    const { admission, state } = newAdmission()
    for (let at = 0; at < 40; at++) admission.countMistake()
    expect(state.emptied).toBe(0)
    admission.countMistake()
    expect(state.emptied).toBe(1)
  })

  it('leaves a person who does everything as fast as a hand can in peace', () => {
    const { admission, state } = newAdmission()
    const perSecond = {
      setViewport: 5,
      resumeConsumers: 40,
      pauseProducer: 4,
      sendChat: 3,
      sendReaction: 4,
      setHand: 2,
    }
    for (let second = 0; second < 600; second++) {
      state.now = second * 1000
      for (const [name, times] of Object.entries(perSecond)) {
        for (let at = 0; at < times; at++) {
          admission.countPacket()
          admission.admit(REQUESTS[name as keyof typeof perSecond].action)
        }
      }
    }
    expect(state.emptied).toBe(0)
  })
})

describe('the rates of addresses', () => {
  it('are kept apart, and forgotten when there is nothing to remember', () => {
    let now = 0
    const rates = new AddressRates({ size: { capacity: 2, perSecond: 1 }, now: () => now })
    expect([rates.take('a'), rates.take('a'), rates.take('a'), rates.take('b')]).toEqual([true, true, false, true])
    for (let at = 0; at < 1500; at++) rates.take(`address ${at}`)
    now = 10_000
    for (let at = 0; at < 1000; at++) rates.take(`other ${at}`)
    expect(rates.known).toBeLessThanOrEqual(1500)
  })
})

describe('the quotas of an address', () => {
  const room = (name: string) => name as unknown as RoomId

  it('bound its connections, which come back when they close, once', () => {
    const quotas = new AddressQuotas({ connections: 2, rooms: 5 })
    const [first] = [quotas.connect('a'), quotas.connect('a')]
    expect(() => quotas.connect('a')).toThrow(SfuError)
    quotas.connect('b')
    first.release()
    first.release()
    quotas.connect('a')
    expect(() => quotas.connect('a')).toThrow(SfuError)
  })

  it('are not spent by one that closes before it enters', () => {
    const quotas = new AddressQuotas({ connections: 10, rooms: 1 })
    const [early, other] = [quotas.connect('a'), quotas.connect('a')]
    early.release()
    early.enterRoom(room('x'))
    other.enterRoom(room('y'))
  })

  it('bound the rooms that its people are in, not the people in a room', () => {
    const quotas = new AddressQuotas({ connections: 10, rooms: 2 })
    const enter = (name: string) => {
      const share = quotas.connect('a')
      share.enterRoom(room(name))
      return share
    }
    const shares = [enter('x'), enter('x'), enter('y')]
    expect(() => enter('z')).toThrow(SfuError)
    shares[2]?.release()
    enter('z')
    expect(() => enter('y')).toThrow(SfuError)
  })
})

describe('the address of a client', () => {
  const from = (remoteAddress: string, forwarded?: string) => ({
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    socket: { remoteAddress } as never,
  })
  const trusting = createClientAddressOf(createIsTrustedProxy(['10.0.0.0/8', '2001:db8::1', '127.0.0.1']))

  it.each([
    ['of nobody in between', from('192.0.2.1'), '192.0.2.1'],
    ['that says it is another', from('192.0.2.1', '198.51.100.7'), '192.0.2.1'],
    ['behind a proxy', from('10.1.2.3', '198.51.100.7'), '198.51.100.7'],
    ['behind two proxies', from('10.1.2.3', '198.51.100.7, 10.9.9.9'), '198.51.100.7'],
    ['behind a proxy, that made an address up', from('10.1.2.3', '1.1.1.1, 198.51.100.7'), '198.51.100.7'],
    ['that wrote nonsense', from('10.1.2.3', 'x; drop'), '10.1.2.3'],
    ['on a socket for both families', from('::ffff:10.1.2.3', '198.51.100.7'), '198.51.100.7'],
    ['of IPv6', from('2001:db8::1', '2001:db8:7::9'), '2001:db8:7::9'],
  ])('%s', (_, request, expected) => {
    expect(trusting(request)).toBe(expected)
  })

  it('is what the socket says when no proxy is trusted', () => {
    const plain = createClientAddressOf(createIsTrustedProxy([]))
    expect(plain(from('127.0.0.1', '198.51.100.7'))).toBe('127.0.0.1')
  })

  it('counts for its network with IPv6, alone with IPv4', () => {
    for (const address of ['192.0.2.1', '::ffff:192.0.2.1']) expect(networkOf(address)).toBe('192.0.2.1')
    for (const address of ['2001:db8:1:2::1', '2001:0db8:0001:0002:ffff::7', '2001:db8:1:2:3:4:5:6'])
      expect(networkOf(address)).toBe('2001:db8:1:2::/64')
    expect(networkOf('::1')).toBe('0:0:0:0::/64')
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  })
})

describe('the origin of a page', () => {
  it('must be where it talks to, when none is listed', () => {
    const isAllowed = createIsAllowedOrigin([])
    expect(isAllowed({ host: 'call.example' })).toBe(true)
    expect(isAllowed({ host: 'call.example', origin: 'https://call.example' })).toBe(true)
    expect(isAllowed({ host: 'inner:3000', origin: 'https://call.example', 'sec-fetch-site': 'same-origin' })).toBe(
      true,
    )
    for (const origin of ['https://evil.example', 'https://call.example.evil.example', 'null', '', 'x'])
      expect(isAllowed({ host: 'call.example', origin, 'sec-fetch-site': 'cross-site' })).toBe(false)
  })

  it('must be listed, when some are', () => {
    const isAllowed = createIsAllowedOrigin(['https://a.example', 'https://b.example'])
    expect(isAllowed({ host: 'x', origin: 'https://b.example' })).toBe(true)
    expect(isAllowed({ host: 'c.example', origin: 'https://c.example' })).toBe(false)
  })
})

describe('guessing passwords', () => {
  const tries = (guesses: Guesses, from: (at: number) => [string, string]) => {
    for (let at = 0; ; at++) {
      const [address, room] = from(at)
      try {
        guesses.count(address, room as RoomId)
      } catch (error) {
        expect(error).toMatchObject({ code: 'tooMany' })
        return at
      }
    }
  }

  it('is bounded for an address, in however many rooms', () => {
    expect(tries(new Guesses({ now: () => 0 }), (at) => ['192.0.2.1', `room-${at}`])).toBe(60)
  })

  it('is bounded for a room, from however many addresses', () => {
    let now = 0
    const guesses = new Guesses({ now: () => now })
    expect(tries(guesses, (at) => [`192.0.2.${at}`, 'r'])).toBe(300)
    guesses.count('192.0.2.1', 'another' as RoomId)
    now += 1000
    expect(tries(guesses, (at) => [`198.51.100.${at}`, 'r'])).toBe(5)
  })
})

describe('the packages', () => {
  /** The oldest versions without a published fault that a stranger could use. */
  const FLOORS: Record<string, string> = {
    'socket.io-parser': '4.2.7',
    'engine.io': '6.6.10',
    ws: '8.21.1',
    fastify: '5.12.1',
    '@fastify/proxy-addr': '5.1.1',
    mediasoup: '3.27.1',
  }
  const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, { version?: string; integrity?: string }>
  }
  const number = (version = '') => version.split('.').reduce((sum, part) => sum * 10_000 + Number.parseInt(part, 10), 0)

  it.each(Object.entries(FLOORS))('have %s from %s on, wherever it is installed', (name, floor) => {
    const installed = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`))
    expect(installed.length).toBeGreaterThan(0)
    for (const [, { version }] of installed) expect(number(version)).toBeGreaterThanOrEqual(number(floor))
  })

  it('are installed with the checksums of the lockfile, and run nothing of their own meanwhile', () => {
    const unchecked = Object.entries(packages).filter(
      ([path, { integrity = '' }]) => path !== '' && !integrity.startsWith('sha512-'),
    )
    expect(unchecked.map(([path]) => path)).toEqual([])
    expect(readFileSync(new URL('../../.npmrc', import.meta.url), 'utf8').split('\n')).toContain('ignore-scripts=true')
    expect(readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')).toContain('npm ci --ignore-scripts')
  })
})
