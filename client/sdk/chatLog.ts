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
 * What was said to everyone and is in the server's history no more has been taken back; older messages than it keeps, and
 * those to one person alone, are not in it anyway. The same list if nothing is.
 */
export function withoutDeleted(log: readonly ChatMessage[], history: readonly ChatMessage[]): readonly ChatMessage[] {
  const kept = new Set(history.map(({ id }) => id))
  const [oldest] = history
  const mayBeOlder = history.length >= SERVER_KEEPS
  const isGone = ({ id, to, sentAt }: ChatMessage) =>
    to === undefined && !kept.has(id) && !(mayBeOlder && oldest !== undefined && sentAt <= oldest.sentAt)
  return log.some(isGone) ? log.filter((message) => !isGone(message)) : log
}
