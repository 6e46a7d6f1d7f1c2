/** Who sent a request: the client's address behind trusted proxies, and the network to which that belongs. */

import { z } from "zod"
import {
  addressText,
  IPV4_GROUPS,
  type IpAddress,
  type IpNetwork,
  isLocalNat64,
  isWithin,
  parseAddress,
  parseNetwork,
  seenThrough,
} from "./ip-address"

/** The peers whose X-Forwarded-For and X-Forwarded-Proto are believed. */
export type TrustedProxies = readonly { readonly text: string; readonly network: IpNetwork }[]

/** A network with more addresses than these holds others beside the proxies: a site has a /48 of IPv6. */
const WIDEST_BITS = { ipv4: 16, ipv6: 48 }

/**
 * Reads networks like 192.0.2.0/24 and single addresses. As the transform of a zod schema it adds an issue for a part that
 * is neither.
 * @throws {Error} without a zod context, for the first part that is neither
 */
export function trustedProxies(cidrs: string[], context?: z.RefinementCtx): TrustedProxies {
  const networks: { text: string; network: IpNetwork }[] = []
  for (const text of cidrs) {
    const network = parseNetwork(text)
    if (network === null) {
      const problem = `${JSON.stringify(text)} must be a network like 192.0.2.0/24 or an address, its numbers without leading zeros`
      if (!context) throw new Error(problem)
      context.addIssue(problem)
      return z.NEVER
    }
    networks.push({ text, network })
  }
  return networks
}

/** A sentence for each trusted network that is so wide that visitors may be in it, with what to do. */
export function wideProxies(trusted: TrustedProxies): string[] {
  return trusted.filter(({ network }) => isWide(network)).map(({ text }) => tooWide(text))
}

const isWide = ({ base, bits }: IpNetwork) =>
  bits < (base.length === IPV4_GROUPS ? WIDEST_BITS.ipv4 : WIDEST_BITS.ipv6)

const tooWide = (text: string) =>
  `TRUSTED_PROXIES has ${text}: whoever reaches this app from such an address says from which address he comes, and so votes as often as he likes in a poll of one vote a network. Name the proxies' own addresses or their narrow network, and let nobody but them reach this port.`

/** Whether this peer is a proxy whose headers about the client are believed. */
export function isTrusted(peer: string | null, trusted: TrustedProxies): boolean {
  const address = peer === null ? null : readAddress(peer)
  return address !== null && isAmong(address, trusted)
}

function isAmong(address: IpAddress, trusted: TrustedProxies): boolean {
  const plain = seenThrough(address)
  return trusted.some(({ network }) => isWithin(plain, network) || isWithin(address, network))
}

/**
 * Whether the client came by HTTPS, to us or to a trusted proxy.
 * @param peer is asked only where a proxy says so: Bun makes the text anew each time
 */
export function cameByHttps(request: Request, peer: () => string | null, trusted: TrustedProxies): boolean {
  if (request.url.startsWith("https:")) return true
  // The case of a scheme means nothing (RFC 3986, section 3.1).
  const scheme = request.headers.get("x-forwarded-proto")?.split(",").at(-1)?.trim().toLowerCase()
  return scheme === "https" && isTrusted(peer(), trusted)
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
  if (forwardedFor === null || !isAmong(own, trusted)) return addressText(seenThrough(own))
  let client = own
  for (const hop of forwardedFor.split(",").reverse()) {
    const address = readAddress(hop)
    if (address === null) return addressText(seenThrough(own))
    client = address
    if (!isAmong(address, trusted)) break
  }
  return addressText(seenThrough(client))
}

/**
 * The network of an address: the IPv4 address itself, or the /64 that an IPv6 subscriber has. Behind a translator from IPv4
 * (NAT64) each address is another client. Other text is returned as it is.
 */
export function networkOf(address: string): string {
  const read = readAddress(address)
  if (read === null) return address
  const plain = seenThrough(read)
  if (plain.length === IPV4_GROUPS || isLocalNat64(plain)) return addressText(plain)
  const groups = plain.slice(0, 4).map((group) => group.toString(16))
  return `${groups.join(":")}::/64`
}

/** A hop of X-Forwarded-For or a peer: an address, perhaps with a port (IPv6 then in brackets), of IPv6 perhaps with a zone. */
const HOP =
  /^[ \t]*(?:([\d.]+)(?::\d{1,5})?|\[([\da-f:.]+)(?:%[\w.~-]+)?\](?::\d{1,5})?|([\da-f:.]+)(?:%[\w.~-]+)?)[ \t]*$/i

/** The address that such text names, without its port and zone. Null for other text. */
function readAddress(text: string): IpAddress | null {
  const [, ipv4, bracketed, ipv6] = HOP.exec(text) ?? []
  const address = parseAddress(ipv4 ?? bracketed ?? ipv6 ?? "")
  return ipv4 === undefined && address?.length === IPV4_GROUPS ? null : address
}
