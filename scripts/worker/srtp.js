import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIfExists } from '../setup/paths.js'
import { run } from '../setup/process.js'
import { withProgress } from '../setup/progress.js'

const SYSTEM_SOURCES = '/etc/apt/sources.list'
const SYSTEM_PARTS = '/etc/apt/sources.list.d'

/**
 * The sources of the system's libsrtp2. They come through an apt configuration of our own that repeats the system's
 * sources as source packages: nothing of the system's apt set-up changes, and an ordinary user may do it.
 * @param {string} folder
 * @returns {Promise<string | undefined>} undefined: not to be had
 */
export async function fetchSrtpSource(folder) {
  const source = join(folder, 'libsrtp2')
  if (existsSync(source)) return source

  const draft = `${folder}.draft`
  rmSync(draft, { recursive: true, force: true })
  const fetched = await withProgress(
    'Fetching the sources of libsrtp',
    () => fetch(draft),
    (got) => (got ? 'done' : 'failed'),
  )
  if (!fetched) return undefined
  rmSync(folder, { recursive: true, force: true })
  renameSync(draft, folder)
  return source
}

/** @param {string} folder */
async function fetch(folder) {
  for (const name of ['parts', 'lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'sources.list'), asSourceList(readIfExists(SYSTEM_SOURCES) ?? ''))
  for (const name of existsSync(SYSTEM_PARTS) ? readdirSync(SYSTEM_PARTS) : []) {
    const text = readFileSync(join(SYSTEM_PARTS, name), 'utf8')
    if (name.endsWith('.list')) writeFileSync(join(folder, 'parts', name), asSourceList(text))
    if (name.endsWith('.sources')) writeFileSync(join(folder, 'parts', name), asSourceStanzas(text))
  }
  const config = join(folder, 'apt.conf')
  writeFileSync(
    config,
    `Dir::State::Lists "${folder}/lists";
Dir::Cache "${folder}/cache";
Dir::Etc::SourceList "${folder}/sources.list";
Dir::Etc::SourceParts "${folder}/parts";
APT::Sandbox::User "root";
`,
  )
  const options = { cwd: folder, env: { ...process.env, APT_CONFIG: config, DEBIAN_FRONTEND: 'noninteractive' } }
  // Sources that have no source packages make the update fail; what counts is whether this package comes.
  await run('apt-get', ['update'], options)
  await run('apt-get', ['source', '--download-only', 'libsrtp2'], options)
  const description = readdirSync(folder).find((name) => name.endsWith('.dsc'))
  if (!description) return false
  return (await run('dpkg-source', ['-x', description, 'libsrtp2'], options)).code === 0
}

/**
 * One-line style: "deb [options] uri suite component".
 * @param {string} text
 */
export function asSourceList(text) {
  return text
    .split('\n')
    .filter((line) => /^\s*deb\s/.test(line))
    .map((line) => `${line.replace(/^\s*deb\s/, 'deb-src ')}\n`)
    .join('')
}

/**
 * deb822 style: stanzas of fields.
 * @param {string} text
 */
export function asSourceStanzas(text) {
  return text.replace(/^Types:.*$/gim, 'Types: deb-src')
}
