const TERMINAL_MS = 250
const LOG_MS = 30_000

/**
 * Shows that something slow is going on: one line that is rewritten on a terminal, a line now and then in a log.
 * @template T
 * @param {string} label "Building the media worker"
 * @param {(update: (detail: string) => void) => Promise<T>} action
 * @param {(result: T) => string} [outcome] what the last line says
 * @returns {Promise<T>}
 */
export async function withProgress(label, action, outcome = () => 'done') {
  const terminal = Boolean(process.stderr.isTTY)
  const started = Date.now()
  let detail = ''
  const line = () => `${label}${detail && ` ${detail}`} ${elapsed(Date.now() - started)}`
  const show = () => process.stderr.write(terminal ? `\r\x1b[K${line()}` : `${line()}\n`)

  if (!terminal) process.stderr.write(`${label} …\n`)
  const timer = setInterval(show, terminal ? TERMINAL_MS : LOG_MS)
  try {
    const result = await action((text) => {
      detail = text
    })
    detail = outcome(result)
    show()
    return result
  } finally {
    clearInterval(timer)
    if (terminal) process.stderr.write('\n')
  }
}

/** @param {string} text */
export function warn(text) {
  process.stderr.write(`Warning: ${text}\n`)
}

/** @param {number} ms */
export function elapsed(ms) {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
