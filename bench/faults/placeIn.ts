import type { Placement } from '../../shared/protocol.ts'

/** @returns a token for the room */
export async function placeIn(url: string, room: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/rooms/${room}/join`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"Somebody"}',
  })
  if (!response.ok) throw new Error(`no place: ${response.status}`)
  return ((await response.json()) as Placement).token
}
