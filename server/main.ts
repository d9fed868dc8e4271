/** The process: settings → app → until a signal. Nothing calls `process.exit`. */
import { type App, createApp } from './app.ts'
import { readConfig } from './config.ts'
import { createLogger } from './lib/log.ts'
import { StartError } from './lib/StartError.ts'

async function main(): Promise<void> {
  const config = readConfig()
  const log = createLogger({ level: config.LOG_LEVEL, format: config.LOG_FORMAT })
  let app: App | undefined
  let told = false
  const stop = async () => {
    if (!app || !told) return
    await app.close()
    log.info('stopped')
  }
  // Before anything starts, so that a signal in the middle of it is not lost.
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'stopping')
      told = true
      stop().catch((error: unknown) => fail(error))
    })

  try {
    app = await createApp(config, log)
  } catch (error) {
    // mediasoup ends its workers on a signal of its own accord: then that is no failure to start.
    if (told) return
    throw error
  }
  if (told) return stop()
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
