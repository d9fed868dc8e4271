import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { beforeAll, describe, expect, it } from 'vitest'

/** How much script the first view waits for, counted on the page as it is built for the server. */
const root = join(import.meta.dirname, '../..')

const MOST_FIRST_LOAD = 120_000
/** A part that is fetched when it is opened has to open at once. */
const MOST_LAZY_PART = 20_000

let chunks: Rolldown.OutputChunk[]
beforeAll(async () => {
  const results = await build({
    configFile: join(root, 'vite.config.ts'),
    root: join(root, 'client'),
    logLevel: 'silent',
    build: { write: false, sourcemap: false },
  })
  const [result] = Array.isArray(results) ? results : [results]
  if (!result || !('output' in result)) throw new Error('nothing was built')
  chunks = result.output.filter((output) => output.type === 'chunk')
}, 60_000)

/** The entry, and whatever it needs before it can run. */
function firstLoad(): Rolldown.OutputChunk[] {
  const wanted = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName))
  // A set that grows while it is walked through is walked through to its new end.
  for (const fileName of wanted) for (const needed of chunkOf(fileName).imports) wanted.add(needed)
  return [...wanted].map(chunkOf)
}

function chunkOf(fileName: string): Rolldown.OutputChunk {
  const chunk = chunks.find((candidate) => candidate.fileName === fileName)
  if (!chunk) throw new Error(`${fileName} was not built`)
  return chunk
}

const gzipped = ({ code }: Rolldown.OutputChunk) => gzipSync(code).length
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
const modulesOf = (some: Rolldown.OutputChunk[]) =>
  some.flatMap(({ moduleIds }) => moduleIds.map((id) => id.split('?')[0]?.replace(`${root}/`, '') ?? ''))

describe('the script of the page', () => {
  it('is small enough to be there at once', () => {
    const first = firstLoad()
    const size = sum(first.map(gzipped))
    const rest = chunks.filter((chunk) => !first.includes(chunk)).map((chunk) => `${chunk.name} ${gzipped(chunk)}`)
    console.log(`first load: ${size} of ${MOST_FIRST_LOAD} bytes gzip; later, each when needed: ${rest.join(', ')}`)
    expect(size).toBeLessThan(MOST_FIRST_LOAD)
  })

  it('leaves for later what the first view does not show', () => {
    const later = [
      /^client\/ui\/panels\/(ChatPanel|PeoplePanel|SettingsDialog|HelpSheet)\.tsx$/,
      /^client\/ui\/(moderation\/|views\/CallView)/,
      /^client\/sdk\/processors\//,
      // Of the languages only the one that every text falls back to.
      /^client\/ui\/i18n\/(?!en\b)[a-z]{2}\.ts$/,
    ]
    const modules = modulesOf(firstLoad())
    // Else a folder that was given another name would let everything through.
    expect(modules).toContain('client/ui/i18n/en.ts')
    expect(modulesOf(chunks)).toContain('client/ui/panels/ChatPanel.tsx')
    expect(modulesOf(chunks)).toContain('client/ui/moderation/RoomDialog.tsx')
    expect(modules.filter((id) => later.some((pattern) => pattern.test(id)))).toEqual([])
  })

  it('is fetched in small parts after that', () => {
    const first = firstLoad()
    const large = chunks.filter((chunk) => !first.includes(chunk) && gzipped(chunk) > MOST_LAZY_PART)
    expect(large.map(({ fileName }) => fileName)).toEqual([])
  })
})
