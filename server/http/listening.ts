import { once } from 'node:events'
import { createServer } from 'node:net'
import { StartError } from '../lib/StartError.ts'

type Place = { readonly HOST: string; readonly PORT: number }

/**
 * Looks before anything else is started, so that what is in the way is the first thing that the operator reads.
 * @throws StartError in words
 */
export async function assertCanListen(place: Place): Promise<void> {
  const probe = createServer()
  try {
    await once(probe.listen({ host: place.HOST, port: place.PORT }), 'listening')
  } catch (error) {
    throw listenError(error, place)
  }
  probe.close()
  await once(probe, 'close')
}

/** @param prefix of the settings' names, such as `PRIVATE_` */
export function listenError(error: unknown, { HOST, PORT }: Place, prefix = ''): StartError {
  const { code = '', message } = error as NodeJS.ErrnoException
  const words: Record<string, string> = {
    EADDRINUSE: `${prefix}PORT=${PORT} is taken by another program; choose another ${prefix}PORT.`,
    EACCES: `${prefix}PORT=${PORT} needs more rights than this user has; choose a ${prefix}PORT above 1023.`,
    EADDRNOTAVAIL: `${prefix}HOST=${HOST} is no address of this machine.`,
    ENOTFOUND: `${prefix}HOST=${HOST} is not known to this machine.`,
  }
  return new StartError([words[code] ?? `Cannot listen on ${prefix}HOST=${HOST} ${prefix}PORT=${PORT}: ${message}`])
}
