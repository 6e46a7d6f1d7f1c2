import { expect, test } from "bun:test"
import { isDatabaseAway, openDatabase } from "./database"

const coded = (code: string, more = {}) => Object.assign(new Error(code), { code, ...more })

/*
 * Real ones of 53100, 53200, 53300, 25006 and 28P01 are in apps/result/database/refused.test.ts, and one of an address to which no
 * way leads is below. The others can't be had at will; and Bun calls each connect that fails ECONNREFUSED, also one
 * without a route (tried with `unshare -rn` and `ip route add unreachable`), so that ENETUNREACH and EHOSTUNREACH come of established
 * connections alone.
 */
test.each([
  ...["08000", "08006", "53100", "53200", "53300", "53400", "57014", "57P01", "57P03", "58030", "25006"],
  ...["25P03", "25P04", "40001", "40P01", "55P03", "CONNECTION_CLOSED", "CONNECT_TIMEOUT"],
  ...[
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ECONNABORTED",
    "EAI_AGAIN",
    "CERT_HAS_EXPIRED",
    "CERT_REVOKED",
    "INVALID_CA",
    "UNABLE_TO_GET_ISSUER_CERT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
    "ERR_STREAM_DESTROYED",
  ],
])("an error %s says that Postgres is away", (code) => {
  expect(isDatabaseAway(coded(code))).toBe(true)
})

test("an address to which no way leads is away at once, each time it is tried", async () => {
  // The kernel refuses a connection to a multicast address (ENETUNREACH) and sends nothing.
  const sql = openDatabase("postgres://a:b@224.0.0.1:5432/c", {
    name: "test",
    connections: 1,
    answerMs: 3_000,
  })
  for (let i = 0; i < 3; i++) {
    const error = await sql`SELECT 1`.catch((error) => error)
    expect([error.code, isDatabaseAway(error)]).toEqual(["ECONNREFUSED", true])
  }
  await sql.end({ timeout: 1 })
})

test("whatever keeps a connection from being made says so too", () => {
  expect(isDatabaseAway(coded("ENOENT", { syscall: "connect" }))).toBe(true)
  expect(isDatabaseAway(coded("EWHATEVER", { syscall: "getaddrinfo" }))).toBe(true)
})

test.each([
  ...["23505", "22P02", "42601", "42P01", "25001", "P0001", "XX001", "UNDEFINED_VALUE"],
  ...["MAX_PARAMETERS_EXCEEDED", "ENOSPC", "", "5330", "253006"],
])("an error %p says something else", (code) => {
  expect(isDatabaseAway(coded(code))).toBe(false)
})

test("a file that is missing, and what is no error at all, say nothing of Postgres", () => {
  expect(isDatabaseAway(coded("ENOENT", { syscall: "open" }))).toBe(false)
  for (const thrown of [undefined, null, "53300", new Error("x")]) expect(isDatabaseAway(thrown)).toBe(false)
})
