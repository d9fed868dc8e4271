import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { SfuError } from '../../shared/errors.ts'

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** RFC 7914; 32 MiB and about a tenth of a second each. */
const COST = 2 ** 15
const BLOCK_SIZE = 8
const KEY_BYTES = 32
/** One thread of libuv's four is left to nothing else; more at once would only slow each other and the call. */
const AT_ONCE = 1
const MOST_WAITING = 32
/** The part of them that may be new passwords: who sets one after the other keeps nobody from getting in with theirs. */
const NEW_SHARE = 1 / 4

type Work = { cost: number; mostWaiting: number }

/** Hashes passwords with scrypt, a few at a time; who comes when too many wait is sent away. */
export class Passwords {
  /** How many hashes were computed: each costs the same, whatever it was for. */
  hashes = 0
  readonly #cost: number
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor({ cost = COST, atOnce = AT_ONCE, mostWaiting = MOST_WAITING } = {}) {
    this.#cost = cost
    this.#atOnce = atOnce
    this.#mostWaiting = mostWaiting
  }

  /** @throws SfuError `tooMany` */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(16)
    const key = await this.#derive(password, salt, { cost: this.#cost, mostWaiting: this.#mostWaiting * NEW_SHARE })
    return ['scrypt', this.#cost, salt.toString('base64url'), key.toString('base64url')].join('$')
  }

  /**
   * @param hash undefined: there is nothing to compare with; the same work is done, and the answer is no
   * @throws SfuError `tooMany`
   */
  async verify(password: string, hash: string | undefined): Promise<boolean> {
    const [, cost, salt, key] = (hash ?? this.#dummy).split('$')
    const wanted = Buffer.from(key ?? '', 'base64url')
    const work = { cost: Number(cost), mostWaiting: this.#mostWaiting }
    const given = await this.#derive(password, Buffer.from(salt ?? '', 'base64url'), work)
    return given.length === wanted.length && timingSafeEqual(given, wanted) && hash !== undefined
  }

  get #dummy(): string {
    return ['scrypt', this.#cost, 'AAAAAAAAAAAAAAAAAAAAAA', 'A'.repeat(43)].join('$')
  }

  async #derive(password: string, salt: Buffer, { cost, mostWaiting }: Work): Promise<Buffer> {
    await this.#turn(mostWaiting)
    try {
      this.hashes++
      const options = { N: cost, r: BLOCK_SIZE, p: 1, maxmem: 256 * cost * BLOCK_SIZE }
      const text = password.normalize('NFKC')
      // With its length: scrypt takes a text and the same with zeros behind it for one.
      return await derive(`${text.length}:${text}`, salt, KEY_BYTES, options)
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  async #turn(mostWaiting: number): Promise<void> {
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= mostWaiting) throw new SfuError('tooMany', 'too many passwords are being checked')
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#running++
  }
}
