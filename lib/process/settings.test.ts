import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  address,
  commaSeparated,
  integer,
  port,
  readSettings,
  SettingsError,
  setting,
  site,
} from "./settings"

const declared = {
  PORT: setting({ schema: port, default: "8080", description: "where to listen" }),
  SHARDS: setting({ schema: integer(1, 16), default: "4", description: "how many" }),
  STORE_URL: setting({ schema: address("redis"), description: "the store", secret: true }),
  NAMES: setting({ schema: commaSeparated(), default: "", description: "some names" }),
  SITE: setting({ schema: site(), default: "http://localhost", description: "where people come" }),
}

const dir = mkdtempSync(join(tmpdir(), "tallyroom-settings-"))
afterAll(() => rmSync(dir, { recursive: true }))

async function fileWith(content: string | Uint8Array): Promise<string> {
  const file = join(dir, crypto.randomUUID())
  await Bun.write(file, content)
  return file
}

test("a setting that is missing or empty has its default", () => {
  const values = readSettings(declared, { STORE_URL: "redis://u:p@h", PORT: "", NAMES: "a, b,," })
  expect(values).toEqual({
    PORT: 8080,
    SHARDS: 4,
    STORE_URL: "redis://u:p@h",
    NAMES: ["a", "b"],
    SITE: "http://localhost",
  })
})

test("all errors are reported together, and never the value of a secret", () => {
  const fault = () => readSettings(declared, { PORT: "http", SHARDS: "17", STORE_URL: "mysql://u:hunter2@h" })
  expect(fault).toThrow(SettingsError)
  try {
    fault()
  } catch (error) {
    const { message } = error as Error
    expect(message.split("\n")).toEqual([
      'PORT="http" is wrong: must be a whole number from 0 to 65535',
      'SHARDS="17" is wrong: must be from 1 to 16',
      "STORE_URL is wrong: must be an address that begins with redis://",
    ])
    expect(message).not.toContain("hunter2")
  }
})

test("a secret is read from a file without the newline at its end", async () => {
  const STORE_URL_FILE = await fileWith("redis://u:p@h\n")
  expect(readSettings(declared, { STORE_URL_FILE }).STORE_URL).toBe("redis://u:p@h")
})

const ADDRESS = "redis://ü:p@h"
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le")

test.each([
  ["with two line breaks", `${ADDRESS}\n\n`],
  ["as Windows ends lines", `\r\n${ADDRESS}\r\n\r\n`],
  ["with a byte order mark", `\uFEFF${ADDRESS}\n`],
  ["in UTF-16, as PowerShell writes it", utf16(`${ADDRESS}\r\n`)],
  ["in UTF-16, the other way round", utf16(ADDRESS).swap16()],
])("a secret's file may be saved %s", async (_, content) => {
  const STORE_URL_FILE = await fileWith(content)
  expect(readSettings(declared, { STORE_URL_FILE }).STORE_URL).toBe(ADDRESS)
})

test.each([
  ["that is empty", "", "is empty"],
  ["of line breaks alone", "\n\n", "is empty"],
  ["with a byte order mark alone", "\uFEFF", "is empty"],
  ["in Latin-1", Buffer.from(ADDRESS, "latin1"), "is no text in UTF-8: save it as UTF-8"],
  ["in UTF-16 without a mark", utf16(ADDRESS).subarray(2), "is no text in UTF-8: save it as UTF-8"],
])("a secret's file %s is refused, never taken for the default", async (_, content, why) => {
  const optional = { STORE_URL: setting({ ...declared.STORE_URL, default: "redis://localhost" }) }
  const STORE_URL_FILE = await fileWith(content)
  const fault = `STORE_URL_FILE=${JSON.stringify(STORE_URL_FILE)} ${why}`
  expect(() => readSettings(optional, { STORE_URL_FILE })).toThrow(fault)
})

test("a value of two lines is refused, from a file and from the environment, without showing it", async () => {
  const STORE_URL_FILE = await fileWith("redis://u:hunter2@h\nredis://u:hunter2@i\n")
  const why = /^STORE_URL is wrong: must not have tabs, line breaks or other control characters$/
  expect(() => readSettings(declared, { STORE_URL_FILE })).toThrow(why)
  expect(() => readSettings(declared, { STORE_URL: "redis://u:hunter2@h\t/0" })).toThrow(why)
})

test("a line break at the end of a value, as a Secret made by echo has it, is not part of it", () => {
  expect(readSettings(declared, { STORE_URL: "redis://h\n", PORT: "81\n" })).toMatchObject({
    ...{ STORE_URL: "redis://h", PORT: 81 },
  })
})

test.each(["/vote", "/?a", "#b"])("the address of a site ends after its host: %p is refused", (rest) => {
  const read = (SITE: string) => readSettings(declared, { STORE_URL: "redis://h", SITE }).SITE
  expect(() => read(`https://vote.example${rest}`)).toThrow(
    `SITE="https://vote.example${rest}" is wrong: must end after host and port`,
  )
  expect(read("https://[::1]:8443/")).toBe("https://[::1]:8443/")
})

test("settings that are wrong together are refused, once each is right by itself", () => {
  const together = ({ PORT, SHARDS }: { PORT: number; SHARDS: number }) =>
    PORT === SHARDS ? ["PORT and SHARDS are the same"] : []
  const read = (PORT: string) =>
    readSettings(declared, { STORE_URL: "redis://h", PORT, SHARDS: "4" }, together)
  expect(() => read("4")).toThrow("PORT and SHARDS are the same")
  expect(read("5").PORT).toBe(5)
})

test("a secret that is given twice, or whose file can't be read, is refused", async () => {
  const STORE_URL_FILE = await fileWith("redis://u:p@h")
  expect(() => readSettings(declared, { STORE_URL: "redis://h", STORE_URL_FILE })).toThrow(
    "STORE_URL and STORE_URL_FILE are both set: give one of them",
  )
  expect(() => readSettings(declared, { STORE_URL_FILE: "/nowhere/secret" })).toThrow(
    'STORE_URL_FILE="/nowhere/secret" can\'t be read: ENOENT',
  )
})

test("an error never shows the content of a secret's file", async () => {
  const STORE_URL_FILE = await fileWith("mysql://u:hunter2@h")
  expect(() => readSettings(declared, { STORE_URL_FILE })).toThrow(/^STORE_URL is wrong: must be [^2]*$/)
})

test("a required setting that is missing is named", () => {
  expect(() => readSettings(declared, {})).toThrow("STORE_URL is missing: the store")
})
