/** The process: settings → app → until a signal. Nothing else calls `process.exit`. */
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { createLogger } from './lib/log.ts'
import { StartError } from './lib/StartError.ts'

async function main(): Promise<void> {
  const config = readConfig()
  const log = createLogger({ level: config.LOG_LEVEL, format: config.LOG_FORMAT })
  const app = await createApp(config, log)

  const ports = config.MEDIA_PORT === 0 ? 'any port' : portRange(config.MEDIA_PORT, config.WORKERS)
  log.info(`browsers will send media to ${app.announcedAddresses.join(', ')} (${ports}, UDP and TCP)`)
  log.info(`Tertulia is ready: ${app.url}`)

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'stopping')
      app.close().then(
        () => log.info('stopped'),
        (error: unknown) => {
          log.error({ err: error }, 'stopping failed')
          process.exitCode = 1
        },
      )
    })
}

const portRange = (first: number, count: number) =>
  count === 1 ? `port ${first}` : `ports ${first} to ${first + count - 1}`

main().catch((error: unknown) => {
  if (error instanceof StartError) for (const line of error.lines) console.error(line)
  else console.error(error)
  process.exitCode = 1
})
