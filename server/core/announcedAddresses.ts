import type { NetworkInterfaceInfo } from 'node:os'

/**
 * The addresses to announce where the operator names none: those of the machine's networks, IPv4 first, then loopback.
 * Loopback alone would not do: Firefox does not use it by default. Link-local IPv6 needs a zone and reaches nobody.
 *
 * @param interfaces as `os.networkInterfaces()` gives them
 */
export function defaultAnnouncedAddresses(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): string[] {
  const found = Object.values(interfaces).flatMap((list) => list ?? [])
  const outward = found.filter((entry) => !entry.internal && !/^(fe80:|169\.254\.)/i.test(entry.address))
  const byFamily = [...outward.filter((e) => e.family === 'IPv4'), ...outward.filter((e) => e.family === 'IPv6')]
  return [...new Set([...byFamily.slice(0, 12).map((entry) => entry.address), '127.0.0.1'])]
}
