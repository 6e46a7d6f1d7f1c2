import { expect, test } from "bun:test"
import { z } from "zod"
import { cameByHttps, clientAddress, isTrusted, networkOf, trustedProxies, wideProxies } from "./address"

const trusted = trustedProxies(["10.0.0.0/8", "192.0.2.7", "fd00::/8"])

test("X-Forwarded-For counts for nothing unless a trusted proxy sends it", () => {
  expect(clientAddress("203.0.113.9", "198.51.100.1", trusted)).toBe("203.0.113.9")
  expect(clientAddress("10.0.0.1", "198.51.100.1", trusted)).toBe("198.51.100.1")
  expect(clientAddress("10.0.0.1", null, trusted)).toBe("10.0.0.1")
})

test("what the client itself wrote into the header does not count: hops are walked from the right", () => {
  expect(clientAddress("10.0.0.1", "1.1.1.1, 198.51.100.1, 192.0.2.7", trusted)).toBe("198.51.100.1")
  expect(clientAddress("10.0.0.1", "<script>, 198.51.100.1", trusted)).toBe("198.51.100.1")
  expect(clientAddress("10.0.0.1", "10.0.0.9, 10.0.0.8", trusted)).toBe("10.0.0.9")
})

test.each([
  ...["", "unknown", "1.2.3", "1.2.3.4.5", "256.1.1.1", "for=1.2.3.4", ",", ":::"],
  ...[
    "011.9.9.9",
    "0x7f.1",
    "1.2.3.4%25",
    "[1.2.3.4]",
    "[::1",
    "::1]",
    "1.2.3.4:",
    "1.2.3.4:123456",
    "::1%",
    ":".repeat(50_000),
  ],
])("the garbage %j from a trusted proxy leaves the proxy's own address", (garbage) => {
  expect(clientAddress("10.0.0.1", garbage, trusted)).toBe("10.0.0.1")
})

test("ports, brackets, zones and IPv4 written as IPv6 are seen through", () => {
  expect(clientAddress("::ffff:10.0.0.1", "198.51.100.1:4711", trusted)).toBe("198.51.100.1")
  expect(clientAddress("fd00::1%eth0", "[2001:DB8::1]:443", trusted)).toBe("2001:db8::1")
  expect(clientAddress(null, "198.51.100.1", trusted)).toBe("unknown")
  expect(isTrusted("::ffff:a00:1", trusted)).toBe(true)
  expect(isTrusted("[::ffff:10.0.0.1]:443", trusted)).toBe(true)
})

test("behind a translator from IPv4 each address is another client, compared as the IPv4 that it stands for", () => {
  expect(networkOf("64:ff9b::198.51.100.1")).toBe("198.51.100.1")
  expect(networkOf("64:ff9b:1::198.51.100.1")).toBe("198.51.100.1")
  const places = ["64:ff9b:1:c633:64:100::", "64:ff9b:1:c633:64:200::"].map(networkOf)
  expect(places).toEqual(["64:ff9b:1:c633:64:100::", "64:ff9b:1:c633:64:200::"])
  expect(isTrusted("64:ff9b::192.0.2.7", trusted)).toBe(true)
  expect(isTrusted("64:ff9b::192.0.2.8", trusted)).toBe(false)
  expect(clientAddress("10.0.0.1", "64:ff9b::198.51.100.1, 64:ff9b::192.0.2.7", trusted)).toBe("198.51.100.1")
  expect(isTrusted("64:ff9b::203.0.113.1", trustedProxies(["64:ff9b::/96"]))).toBe(true)
  expect(isTrusted("203.0.113.1", trustedProxies(["64:ff9b::/96"]))).toBe(false)
})

test("a trusted network that is wider than a site is told, with what to do", () => {
  const wide = ["10.0.0.0/8", "172.16.0.0/12", "0.0.0.0/0", "fd00::/8", "2001:db8::/47"]
  const narrow = ["10.244.0.0/16", "192.0.2.7", "2001:db8::/48", "::1"]
  const said = wideProxies(trustedProxies([...narrow, ...wide]))
  expect(said.map((sentence) => wide.find((it) => sentence.includes(` ${it}:`)))).toEqual(wide)
  for (const sentence of said) expect(sentence).toMatch(/^TRUSTED_PROXIES .*Name the proxies' own addresses/)
})

test("an IPv6 address counts as its /64, an IPv4 address as itself", () => {
  expect(networkOf("198.51.100.1")).toBe("198.51.100.1")
  expect(networkOf("::ffff:198.51.100.1")).toBe("198.51.100.1")
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64")
  expect(networkOf("2001:db8::1")).toBe("2001:db8:0:0::/64")
  expect(networkOf("::1")).toBe("0:0:0:0::/64")
  expect(networkOf("fe80::1:2:3:4")).toBe("fe80:0:0:0::/64")
})

test.each(["office", "10.0.0.0/33", "fd00::/129", "10.0.0.0/8/8", "10.0.0.0/", "10.0.0.0/-1", "010.0.0.0/8"])(
  "%j is no network, and the error names it",
  (text) => {
    expect(() => trustedProxies([text])).toThrow(JSON.stringify(text))
    const parsed = z.array(z.string()).transform(trustedProxies).safeParse([text])
    expect(parsed.error?.issues[0]?.message).toContain(JSON.stringify(text))
  },
)

test("a client came by HTTPS if the request says so, or if a trusted proxy does", () => {
  const over = (url: string, forwarded?: string) =>
    new Request(url, forwarded === undefined ? {} : { headers: { "x-forwarded-proto": forwarded } })
  expect(cameByHttps(over("https://vote.example/"), () => null, trusted)).toBe(true)
  expect(cameByHttps(over("http://vote.example/"), () => "10.0.0.1", trusted)).toBe(false)
  expect(cameByHttps(over("http://vote.example/", "https"), () => "10.0.0.1", trusted)).toBe(true)
  expect(cameByHttps(over("http://vote.example/", "HTTPS"), () => "10.0.0.1", trusted)).toBe(true)
  expect(cameByHttps(over("http://vote.example/", "https, http"), () => "10.0.0.1", trusted)).toBe(false)
  expect(cameByHttps(over("http://vote.example/", "https"), () => "192.0.2.1", trusted)).toBe(false)
  expect(cameByHttps(over("http://vote.example/", "https"), () => null, trusted)).toBe(false)
})
