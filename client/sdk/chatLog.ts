/** What has been said, as this client knows it: pure. */
import type { ChatMessage } from '../../shared/chat.ts'

/** A long call must not fill the memory; the server's own history is shorter. */
export const MAX_MESSAGES = 500

/** `CHAT_HISTORY` of the contract: the page loads no schemas. */
const SERVER_KEEPS = 200

/** Those of `messages` that are not there yet, each once, in their order. */
export function newMessages(log: readonly ChatMessage[], messages: readonly ChatMessage[]): ChatMessage[] {
  const known = new Set(log.map(({ id }) => id))
  return messages.filter(({ id }) => {
    if (known.has(id)) return false
    known.add(id)
    return true
  })
}

/** Adds what is new at the end; the oldest go when there are too many. The same list if nothing is new. */
export function addMessages(log: readonly ChatMessage[], messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const added = newMessages(log, messages)
  return added.length === 0 ? log : [...log, ...added].slice(-MAX_MESSAGES)
}

/**
 * What there is to read after a reconnect. Of what was said to everyone only what the server still has, or what is older
 * than it keeps: the rest may have been taken back meanwhile. What was said in private this client alone remembers.
 */
export function withHistory(log: readonly ChatMessage[], history: readonly ChatMessage[]): readonly ChatMessage[] {
  const known = new Set(history.map(({ id }) => id))
  const [oldest] = history.length >= SERVER_KEEPS ? history : []
  const isGone = ({ id, to, sentAt }: ChatMessage) =>
    to === undefined && !known.has(id) && !(oldest && sentAt <= oldest.sentAt)
  return addMessages(log.some(isGone) ? log.filter((message) => !isGone(message)) : log, history)
}
