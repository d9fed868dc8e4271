/** Calls `create` once for each key, however many ask at the same time; a rejected promise is forgotten. */
export function memoizeAsync<K, V>(create: (key: K) => Promise<V>) {
  const promises = new Map<K, Promise<V>>()
  return {
    get(key: K): Promise<V> {
      const known = promises.get(key)
      if (known) return known
      const promise = create(key)
      promises.set(key, promise)
      promise.catch(() => {
        if (promises.get(key) === promise) promises.delete(key)
      })
      return promise
    },
    forget: (key: K) => promises.delete(key),
  }
}
