import { type Logger, pino } from 'pino'

/**
 * The process's logger. Conventions: a lower-case sentence, values as fields; `error` someone must act, `warn` we
 * recovered, `info` one line for a step in a life, `debug` the rest.
 *
 * @param format `json` for machines, one object a line; `text` for a person at a terminal
 */
export function createLogger(options: { level: string; format: 'json' | 'text' }): Logger {
  if (options.format === 'json') return pino({ level: options.level, base: null })
  return pino({ level: options.level, base: null }, { write: (line) => process.stdout.write(readable(line)) })
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
