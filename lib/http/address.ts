/** Who sent a request: the client's address behind trusted proxies, and the network to which that belongs. */

import { BlockList, isIP } from "node:net"
import { z } from "zod"

/** The peers whose X-Forwarded-For and X-Forwarded-Proto are believed. */
export type TrustedProxies = BlockList

/**
 * Reads networks like 10.0.0.0/8 and single addresses. As the transform of a zod schema it adds an issue for a part that
 * is neither.
 * @throws {Error} without a zod context, for the first part that is neither
 */
export function trustedProxies(cidrs: string[], context?: z.RefinementCtx): TrustedProxies {
  const networks = new BlockList()
  for (const cidr of cidrs) {
    if (addNetwork(networks, cidr)) continue
    const problem = `${JSON.stringify(cidr)} must be a network like 10.0.0.0/8 or an address`
    if (!context) throw new Error(problem)
    context.addIssue(problem)
    return z.NEVER
  }
  return networks
}

function addNetwork(networks: BlockList, cidr: string): boolean {
  const [base = "", bits, ...rest] = cidr.split("/")
  const version = isIP(base)
  if (version === 0 || rest.length > 0) return false
  const family = version === 6 ? "ipv6" : "ipv4"
  if (bits === undefined) networks.addAddress(base, family)
  else if (!/^\d{1,3}$/.test(bits) || Number(bits) > (version === 6 ? 128 : 32)) return false
  else networks.addSubnet(base, Number(bits), family)
  return true
}

/** Whether this peer is a proxy whose headers about the client are believed. */
export function isTrusted(peer: string | null, trusted: TrustedProxies): boolean {
  const address = peer === null ? null : readAddress(peer)
  return address !== null && trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4")
}

/** Whether the client came by HTTPS, to us or to a trusted proxy. */
export function cameByHttps(request: Request, peer: string | null, trusted: TrustedProxies): boolean {
  if (request.url.startsWith("https:")) return true
  const scheme = request.headers.get("x-forwarded-proto")?.split(",").at(-1)?.trim()
  return scheme === "https" && isTrusted(peer, trusted)
}

/**
 * The address of the client. X-Forwarded-For counts only when a trusted peer sends it: then the client is the first hop
 * from the right that is not trusted. If a hop is no address, the client is the peer. Without a socket it is "unknown".
 */
export function clientAddress(
  peer: string | null,
  forwardedFor: string | null,
  trusted: TrustedProxies,
): string {
  const own = peer === null ? null : readAddress(peer)
  if (own === null) return "unknown"
  if (forwardedFor === null || !isTrusted(own, trusted)) return own
  let client = own
  for (const hop of forwardedFor.split(",").reverse()) {
    const address = readAddress(hop)
    if (address === null) return own
    client = address
    if (!isTrusted(address, trusted)) break
  }
  return client
}

/** The network of an address: the IPv4 address itself, or the /64 that an IPv6 subscriber has. Other text is returned as it is. */
export function networkOf(address: string): string {
  const plain = readAddress(address) ?? address
  if (isIP(plain) !== 6) return plain
  const [head = "", tail] = plain.split("::")
  const left = head === "" ? [] : head.split(":")
  const right = tail ? tail.split(":") : []
  const groups =
    tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right]
  return `${groups.slice(0, 4).join(":")}::/64`
}

/** The canonical form of an address without its port and zone; IPv4 that is written as IPv6 becomes IPv4. Null for other text. */
function readAddress(text: string): string | null {
  const trimmed = text.trim()
  const plain = /^\[([^\]]*)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed
  const address = plain.replace(/%.*$/, "")
  const version = isIP(address)
  if (version !== 6) return version === 4 ? address : null
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical)
  if (!mapped) return canonical
  const [high = 0, low = 0] = mapped.slice(1).map((group) => Number.parseInt(group, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join(".")
}
