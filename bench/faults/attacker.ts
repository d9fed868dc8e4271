/** A stranger in a process of its own: `attacker.ts <attack> <url>`, until its parent lets go. */
import { ATTACKS } from './attacks.ts'
import { placeIn } from './placeIn.ts'

const [name = '', url = ''] = process.argv.slice(2)
const end = new AbortController()
process.on('disconnect', () => end.abort())
process.on('uncaughtException', (error) => console.error(`the attacker failed: ${error.message}`))
await ATTACKS[name]?.({
  url,
  token: () => placeIn(url, 'attacked'),
  ready: () => process.send?.('ready'),
  signal: end.signal,
})
process.exit()
