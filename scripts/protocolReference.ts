/** Prints docs/protocol.md from the contract: `node scripts/protocolReference.ts > docs/protocol.md`. A test compares them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TSchema } from 'typebox'
import { ERRORS } from '../shared/errors.ts'
import { NOTIFICATIONS } from '../shared/notifications.ts'
import { MAX_MESSAGE_BYTES, PROTOCOL_VERSION, SOCKET_PATH } from '../shared/protocol.ts'
import { REQUESTS } from '../shared/requests.ts'

export function protocolReference(): string {
  const requestDocs = comments('shared/requests.ts')
  const notificationDocs = comments('shared/notifications.ts')
  return `# Protocol

Made from the tables in \`shared/\` by \`node scripts/protocolReference.ts\`.

1. \`POST /api/v1/rooms/<room>/join\` with \`{ "name": "Ana" }\` or other credentials ([access](access.md)) answers with
   \`nodeUrl\` (where to connect, perhaps with a path, such as \`https://call.example/n/a\`; empty: the same origin),
   \`token\` (admits one person to one room, valid for ten minutes), \`rtpCapabilities\` and \`iceServers\`; where there are
   several nodes, \`fallbackUrls\` are others that answer the same question when this one is gone.
2. socket.io at \`${SOCKET_PATH}\` (behind the path of \`nodeUrl\`, if it has one), transport \`websocket\` only, with \`auth: { token, protocol: ${PROTOCOL_VERSION} }\`. A refusal is a
   \`connect_error\` whose \`data\` is an error as below.
3. Requests with an acknowledgement: \`emit(name, input, ack)\`, answered by \`{ ok: true, data }\` or
   \`{ ok: false, error: { code, message, retryable } }\`. A request has at most ${MAX_MESSAGE_BYTES} bytes and no binary part.
4. Notifications: \`on(name, (data, seq) => …)\`; \`seq\` counts those of a session from 1 without a gap.
5. A page that is being closed may find its socket closed before it. \`POST /api/v1/leave\` with its last ticket as the body
   (\`text/plain\`, for \`navigator.sendBeacon\`) ends the visit as the request \`leave\` does, and no later one of the same peer.

## Requests

${Object.entries(REQUESTS)
  .map(
    ([name, row]) => `### ${name}

${requestDocs.get(name) ?? ''}

State ${row.states.map((state) => `\`${state}\``).join(' or ')}, action \`${row.action}\`.

    input  ${shape(row.input)}
    output ${shape(row.output)}
`,
  )
  .join('\n')}
## Notifications

${Object.entries(NOTIFICATIONS)
  .map(([name, schema]) => `### ${name}\n\n${notificationDocs.get(name) ?? ''}\n\n    ${shape(schema)}\n`)
  .join('\n')}
## Errors

| code | HTTP | retry | meaning |
| --- | --- | --- | --- |
${Object.entries(ERRORS)
  .map(([code, row]) => `| \`${code}\` | ${row.status} | ${row.retryable ? 'yes' : 'no'} | ${row.message} |`)
  .join('\n')}
`
}

/** The comment above each row of a table, by the row's name. */
function comments(file: string): Map<string, string> {
  const source = readFileSync(join(import.meta.dirname, '..', file), 'utf8')
  const rows = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+): /g)
  return new Map(
    [...rows].map(([, text = '', name = '']) => [
      name,
      text
        .replace(/^\s*\*? ?/gm, '')
        .replace(/\s+/g, ' ')
        .trim(),
    ]),
  )
}

type Shape = TSchema & {
  type?: string
  properties?: Record<string, TSchema>
  required?: string[]
  items?: TSchema
  enum?: unknown[]
  anyOf?: TSchema[]
}

/** A schema as one line; what mediasoup defines is named, not repeated. */
function shape(schema: TSchema): string {
  const { type, properties, required = [], items, enum: choices, anyOf } = schema as Shape
  if (choices) return choices.map((choice) => JSON.stringify(choice)).join(' | ')
  if (anyOf) return anyOf.map((choice) => shape(choice)).join(' | ')
  if (items) return `${shape(items)}[]`
  if (!properties) return type ?? 'object'
  const fields = Object.entries(properties).map(([name, field]) => {
    const text = MEDIASOUP.has(name) ? `mediasoup.${MEDIASOUP.get(name)}` : shape(field)
    return `${name}${required.includes(name) ? '' : '?'}: ${text}`
  })
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

const MEDIASOUP = new Map([
  ['rtpParameters', 'RtpParameters'],
  ['rtpCapabilities', 'RtpCapabilities'],
  ['dtlsParameters', 'DtlsParameters'],
  ['iceParameters', 'IceParameters'],
  ['iceCandidates', 'IceCandidate[]'],
])

if (import.meta.main) process.stdout.write(protocolReference())
