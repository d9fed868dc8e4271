import { describe, expect, it } from 'vitest'
import { Passwords } from '../../server/auth/passwords.ts'

const quick = (options: ConstructorParameters<typeof Passwords>[0] = {}) => new Passwords({ cost: 16, ...options })

describe('a password', () => {
  it('is right when it is the same, however its letters are composed', async () => {
    const passwords = quick()
    const hash = await passwords.hash('pässword 李')
    expect(hash).not.toContain('ssword')
    expect(await passwords.verify('pässword 李', hash)).toBe(true)
    expect(await passwords.verify('pa\u0308ssword 李', hash)).toBe(true)
    expect(await passwords.hash('pässword 李')).not.toBe(hash)
  })

  it('is wrong when it is anything else', async () => {
    const passwords = quick()
    const hash = await passwords.hash('right')
    for (const wrong of ['', 'Right', 'right ', ' right', 'righ', 'right\0', 'x'.repeat(128)])
      expect(await passwords.verify(wrong, hash), wrong).toBe(false)
    for (const broken of ['', 'scrypt', 'scrypt$16$$', `scrypt$16$${'A'.repeat(22)}$`])
      expect(await passwords.verify('', broken).catch(() => false), broken).toBe(false)
  })

  it('costs the same where there is nothing to compare with', async () => {
    const passwords = quick()
    expect(await passwords.verify('any', undefined)).toBe(false)
    expect(await passwords.verify('', undefined)).toBe(false)
    expect(passwords.hashes).toBe(2)
  })

  it('waits its turn, and is turned away when too many do', async () => {
    const passwords = quick({ atOnce: 1, mostWaiting: 2 })
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => passwords.verify('x', undefined)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'])
    expect(results.at(-1)).toMatchObject({ reason: { code: 'tooMany' } })
    await expect(passwords.hash('x')).resolves.toBeDefined()
    expect(passwords.hashes).toBe(4)
  })

  it('is looked at, however many others set new ones', async () => {
    const passwords = quick({ atOnce: 1, mostWaiting: 8 })
    const hash = await passwords.hash('right')
    const setting = Promise.allSettled(Array.from({ length: 50 }, () => passwords.hash('new')))
    expect(await passwords.verify('right', hash)).toBe(true)
    expect((await setting).filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  })
})
