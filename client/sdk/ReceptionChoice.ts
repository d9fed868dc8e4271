import type { Reception } from '../../shared/requests.ts'

type Send = (reception: Reception) => Promise<unknown>

/** What is to be received at all. It outlives sessions: the next join starts with it. */
export class ReceptionChoice {
  #chosen: Reception = { mode: 'all' }
  #send: Send | undefined

  get chosen(): Reception {
    return this.#chosen
  }

  /**
   * Resolves when the server has it; without a session at once.
   * @throws SfuError | ConnectionError as the request `setReception`; it is kept for the next session all the same
   */
  async choose(reception: Reception): Promise<void> {
    this.#chosen = reception
    await this.#send?.(reception)
  }

  /** A session has begun that knows of `sent`; undefined: what it knows is not certain. */
  start(sent: Reception | undefined, send: Send): void {
    this.#send = send
    // A refusal ends nothing: more or less is received than was chosen, until the next choice.
    if (this.#chosen !== sent) send(this.#chosen).catch(() => {})
  }

  stop(): void {
    this.#send = undefined
  }
}
