/** In which order tiles stand, by their keys: as they came, as a person has put them, and with who speaks in front. */

/** Those that have a place keep it among themselves; new ones follow in the order in which they came. */
export function arrange(keys: readonly string[], order: readonly string[]): string[] {
  const placed = order.filter((key) => keys.includes(key))
  const known = new Set(placed)
  return [...placed, ...keys.filter((key) => !known.has(key))]
}

/** Puts one tile where another is; what lies between moves up by one. */
export function moveTo(keys: readonly string[], key: string, target: string): string[] {
  const to = keys.indexOf(target)
  if (to < 0 || !keys.includes(key)) return [...keys]
  const others = keys.filter((each) => each !== key)
  return [...others.slice(0, to), key, ...others.slice(to)]
}

export const moveBy = (keys: readonly string[], key: string, step: number): string[] => {
  const target = keys[keys.indexOf(key) + step]
  return target === undefined ? [...keys] : moveTo(keys, key, target)
}

/**
 * Lets a tile from a later page change places with the one of the first page that was silent for longest. Nothing else
 * moves. The same list if it is in front already, or if nothing there may go.
 * @param lastSpoke when each spoke last; absent: never
 */
export function bringForward(
  keys: readonly string[],
  key: string,
  perPage: number,
  fixed: ReadonlySet<string>,
  lastSpoke: ReadonlyMap<string, number>,
): readonly string[] {
  const from = keys.indexOf(key)
  if (from < perPage) return keys
  const spoke = (each: string) => lastSpoke.get(each) ?? Number.NEGATIVE_INFINITY
  const victim = keys
    .slice(0, perPage)
    .filter((each) => !fixed.has(each))
    // Of those who have never spoken the last one: the front row is what people are used to.
    .reduce<string | undefined>(
      (least, each) => (least === undefined || spoke(each) <= spoke(least) ? each : least),
      undefined,
    )
  if (victim === undefined) return keys
  return keys.map((each) => (each === key ? victim : each === victim ? key : each))
}
