import { expect, test } from "bun:test"
import { isDatabaseAway } from "./database"

const coded = (code: string, more = {}) => Object.assign(new Error(code), { code, ...more })

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
    "ERR_STREAM_DESTROYED",
  ],
])("an error %s says that Postgres is away", (code) => {
  expect(isDatabaseAway(coded(code))).toBe(true)
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
