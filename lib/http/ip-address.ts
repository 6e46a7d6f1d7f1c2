/**
 * Addresses of the Internet Protocol, read strictly: one spelling for IPv4 (four decimal numbers without leading zeros, which
 * others read as octal), RFC 4291's for IPv6. IPv4 that is written as IPv6 is seen through.
 */

/** An address in groups of 16 bits: 2 for IPv4, 8 for IPv6. */
export type IpAddress = readonly number[]

/** The addresses whose first `bits` bits are those of `base`. */
export type IpNetwork = { readonly base: IpAddress; readonly bits: number }

export const IPV4_GROUPS = 2
const IPV6_GROUPS = 8
const GROUP_BITS = 16

const BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"
const IPV4 = new RegExp(`^${BYTE}\\.${BYTE}\\.${BYTE}\\.${BYTE}$`)
const GROUP = /^[0-9a-f]{1,4}$/i

/** ::ffff:0:0/96, as a socket that listens on both families tells of IPv4 (RFC 4291). */
const MAPPED: IpAddress = [0, 0, 0, 0, 0, 0xffff]
/** 64:ff9b::/96, what translators (NAT64) write by default (RFC 6052). */
const NAT64: IpAddress = [0x64, 0xff9b, 0, 0, 0, 0]
/** 64:ff9b:1::/48, from which a network takes prefixes for translators of its own (RFC 8215). */
const LOCAL_NAT64: IpNetwork = { base: [0x64, 0xff9b, 1, 0, 0, 0, 0, 0], bits: 48 }

/** @returns null for text that is no address */
export function parseAddress(text: string): IpAddress | null {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text)
}

function parseIpv4(text: string): IpAddress | null {
  const bytes = IPV4.exec(text)
  if (bytes === null) return null
  const [, a, b, c, d] = bytes
  return [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)]
}

/** `::` stands once, for at least one group; the last 32 bits may be written as IPv4. */
function parseIpv6(text: string): IpAddress | null {
  const halves = text.split("::")
  if (halves.length > 2) return null
  const [head, tail] = halves.map((half, i) => groupsOf(half, i === halves.length - 1))
  if (!head || tail === null) return null
  if (tail === undefined) return head.length === IPV6_GROUPS ? head : null
  const left = IPV6_GROUPS - head.length - tail.length
  return left < 1 ? null : [...head, ...new Array(left).fill(0), ...tail]
}

function groupsOf(text: string, isLast: boolean): number[] | null {
  if (text === "") return []
  const words = text.split(":")
  const ipv4 = isLast && words.at(-1)?.includes(".") ? parseIpv4(words.pop() ?? "") : []
  if (ipv4 === null || !words.every((word) => GROUP.test(word))) return null
  return [...words.map((word) => Number.parseInt(word, 16)), ...ipv4]
}

/** Reads `192.0.2.0/24`, `2001:db8::/48`, or one address. @returns null for other text */
export function parseNetwork(text: string): IpNetwork | null {
  const [address = "", length, ...rest] = text.split("/")
  const base = parseAddress(address)
  if (base === null || rest.length > 0) return null
  const most = base.length * GROUP_BITS
  if (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) return null
  const bits = length === undefined ? most : Number(length)
  if (bits > most) return null
  const isMapped = startsWith(base, MAPPED) && bits >= MAPPED.length * GROUP_BITS
  return isMapped
    ? { base: base.slice(MAPPED.length), bits: bits - MAPPED.length * GROUP_BITS }
    : { base, bits }
}

export function isWithin(address: IpAddress, { base, bits }: IpNetwork): boolean {
  if (address.length !== base.length) return false
  return base.every((group, i) => {
    const unlike = Math.min(GROUP_BITS, Math.max(0, (i + 1) * GROUP_BITS - bits))
    return group >> unlike === (address[i] ?? 0) >> unlike
  })
}

/**
 * What an address stands for: the IPv4 address that is written in it, or itself. In a translator's local prefix only the
 * usual place of IPv4 is known, the last 32 bits of a /96.
 */
export function seenThrough(address: IpAddress): IpAddress {
  if (address.length === IPV4_GROUPS) return address
  const ipv4 = address.slice(-IPV4_GROUPS)
  if (startsWith(address, MAPPED) || startsWith(address, NAT64)) return ipv4
  return isLocalNat64(address) && !address[4] && !address[5] && ipv4[0] ? ipv4 : address
}

/** Whether a translator of a local prefix wrote this address, so that each such address is another client. */
export function isLocalNat64(address: IpAddress): boolean {
  return isWithin(address, LOCAL_NAT64)
}

/** As RFC 5952 writes it. */
export function addressText(address: IpAddress): string {
  if (address.length === IPV4_GROUPS) {
    const [high = 0, low = 0] = address
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  const words = address.map((group) => group.toString(16))
  const zeros = longestZeros(address)
  if (zeros.length < 2) return words.join(":")
  const head = words.slice(0, zeros.start).join(":")
  return `${head}::${words.slice(zeros.start + zeros.length).join(":")}`
}

function longestZeros(address: IpAddress): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let length = 0
  for (const [i, group] of address.entries()) {
    length = group === 0 ? length + 1 : 0
    if (length > best.length) best = { start: i + 1 - length, length }
  }
  return best
}

const startsWith = (address: IpAddress, prefix: IpAddress) =>
  address.length === IPV6_GROUPS && prefix.every((group, i) => group === address[i])
