/** The process: settings → app → until a signal, or until something happens that must not. */
import { type App, createApp } from './app.ts'
import { readConfig } from './config.ts'
import { createLogger } from './lib/log.ts'
import { StartError } from './lib/StartError.ts'

/** What still holds the process so long after all is being closed, holds it for ever, milliseconds. */
const CLOSE_PATIENCE_MS = 10_000

async function main(): Promise<void> {
  const config = readConfig()
  const log = createLogger({ level: config.LOG_LEVEL, format: config.LOG_FORMAT })
  let app: App | undefined
  let wish: 'run' | 'drain' | 'close' = 'run'
  let closing: Promise<void> | undefined

  const end = async () => {
    if (!app || wish === 'run') return
    if (wish === 'drain') await app.drain()
    if (!closing) setTimeout(() => process.exit(1), CLOSE_PATIENCE_MS).unref()
    closing ??= app.close().then(() => log.info('stopped'))
    await closing
  }
  const stop = (how: 'drain' | 'close') => {
    wish = how
    end().catch(fail)
  }
  // All before anything starts, so that a signal in the middle of it is not lost.
  process.on('SIGTERM', () => {
    const how = wish === 'run' ? 'drain' : 'close'
    log.info(how === 'drain' ? 'told to stop: waiting for calls to end' : 'told to stop at once')
    stop(how)
  })
  // Ctrl-C: the terminal has sent it to the media workers too.
  process.once('SIGINT', () => {
    log.info('told to stop at once')
    stop('close')
  })
  // Nobody knows what holds after this. Those who are in a call may go on for a while, then all begins anew.
  process.on('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin }, 'the server fails: it takes nobody new, and stops when calls have ended')
    process.exitCode = 1
    if (wish === 'run') stop('drain')
  })

  try {
    app = await createApp(config, log, {
      onDrainAsked: () => {
        log.info('an operator wants this node to be left')
        if (wish === 'run') stop('drain')
      },
    })
  } catch (error) {
    // Workers that have heard of Ctrl-C are no failure to start.
    if (wish !== 'run') return
    throw error
  }
  if (wish !== 'run') return await end()
  const ports = config.MEDIA_PORT === 0 ? 'any port' : portRange(config.MEDIA_PORT, config.WORKERS)
  log.info(`browsers will send media to ${app.announcedAddresses.join(', ')} (${ports}, UDP and TCP)`)
  log.info(`Tertulia is ready: ${app.url}`)
}

const portRange = (first: number, count: number) =>
  count === 1 ? `port ${first}` : `ports ${first} to ${first + count - 1}`

function fail(error: unknown): void {
  if (error instanceof StartError) for (const line of error.lines) console.error(line)
  else console.error(error)
  process.exitCode = 1
}

main().catch(fail)
