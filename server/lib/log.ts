import { type Logger, pino } from 'pino'

/** Never written, wherever it comes from: what opens a door. */
const SECRETS = ['token', 'password', 'secret', 'authorization', 'cookie', 'ticket', 'hostSecret', 'invite']
const REDACT = { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' }

/**
 * The process's logger. Conventions: a lower-case sentence, values as fields; `error` someone must act, `warn` we
 * recovered, `info` one line for a step in a life, `debug` the rest.
 *
 * @param format `json` for machines, one object a line; `text` for a person at a terminal
 */
export function createLogger(options: {
  level: string
  format: 'json' | 'text'
  /** Where the lines go; standard output, if nowhere else. */
  write?: (line: string) => void
}): Logger {
  const settings = { level: options.level, base: null, redact: REDACT }
  const { write = (line: string) => void process.stdout.write(line) } = options
  if (options.format === 'text') return pino(settings, { write: (line) => write(readable(line)) })
  return options.write ? pino(settings, { write }) : pino(settings)
}

function readable(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>
  const clock = new Date(Number(time)).toTimeString().slice(0, 8)
  const mark = Number(level) >= 50 ? 'ERROR ' : Number(level) >= 40 ? 'warning: ' : ''
  const extras = Object.entries(fields).map(
    ([key, value]) =>
      ` ${key}=${typeof value === 'string' && /^[\x21-\x7e]*$/.test(value) ? value : JSON.stringify(value)}`,
  )
  const stack = err && typeof err === 'object' && 'stack' in err ? `\n${String(err.stack)}` : ''
  return `${clock} ${mark}${String(msg ?? '')}${extras.join('')}${stack}\n`
}
