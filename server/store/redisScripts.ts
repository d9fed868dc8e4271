/**
 * What Redis does in one step; a room that is not there is left alone. Keys: truth, members, chat, holders. Those that
 * begin or keep a room have one more, by which it is seen that Redis has forgotten everything.
 */

/** So long after Redis has forgotten everything no room is new: those in use are put back, by every node within this time. */
const SETTLING_MS = 10_000

const NOW = `local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/** Until then nodes put back what Redis has forgotten, milliseconds since 1970. Keys: … and when it is known to be settled. */
const SETTLED_AT = `
  ${NOW}
  local settledAt = tonumber(redis.call('GET', KEYS[5]) or '')
  if not settledAt then
    settledAt = now + ${SETTLING_MS}
    redis.call('SET', KEYS[5], settledAt)
  end`

/**
 * Arguments: how long it is kept (milliseconds), whether it was there before (1), then fields and values.
 * @returns 0: there is one already; 2: there may be one that is not put back yet
 */
export const CREATE = `
  ${SETTLED_AT}
  if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
  if ARGV[2] ~= '1' and now < settledAt then return 2 end
  for i = 1, 4 do redis.call('DEL', KEYS[i]) end
  for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  return 1`

/** Keys: truth, and the hash to change. Arguments: how many of the next are fields and values; then fields to take away. */
export const PATCH = `
  local ttl = redis.call('PTTL', KEYS[1])
  if ttl == -2 then return 0 end
  local last = tonumber(ARGV[1]) + 1
  for i = 2, last, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
  for i = last + 1, #ARGV do redis.call('HDEL', KEYS[2], ARGV[i]) end
  if ttl > 0 then redis.call('PEXPIRE', KEYS[2], ttl) end
  return 1`

/** Keys: truth, chat. Arguments: when, the message, how many are kept, its id as it stands in it. */
export const ADD_MESSAGE = `
  local ttl = redis.call('PTTL', KEYS[1])
  if ttl == -2 then return 0 end
  for _, known in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    if string.find(known, ARGV[4], 1, true) then return 1 end
  end
  redis.call('ZADD', KEYS[2], ARGV[1], ARGV[2])
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[3]))
  if ttl > 0 then redis.call('PEXPIRE', KEYS[2], ttl) end
  return 1`

/** Arguments: who uses it, for how long at least, and for how long it is kept (milliseconds). @returns 0: it is not there */
export const KEEP = `
  ${SETTLED_AT}
  if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
  redis.call('ZADD', KEYS[4], now + tonumber(ARGV[2]), ARGV[1])
  for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
  return 1`

/** Arguments: who does not use it any more; how long it is kept then, unless somebody else uses it (milliseconds). */
export const RELEASE = `
  ${NOW}
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
  if redis.call('ZCARD', KEYS[4]) > 0 then return 0 end
  for i = 1, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
  return 1`
