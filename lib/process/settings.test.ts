import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { address, commaSeparated, integer, port, readSettings, SettingsError, setting } from "./settings"

const declared = {
  PORT: setting({ schema: port, default: "8080", description: "where to listen" }),
  SHARDS: setting({ schema: integer(1, 16), default: "4", description: "how many" }),
  STORE_URL: setting({ schema: address("redis"), description: "the store", secret: true }),
  NAMES: setting({ schema: commaSeparated(), default: "", description: "some names" }),
}

const dir = mkdtempSync(join(tmpdir(), "tallyroom-settings-"))
afterAll(() => rmSync(dir, { recursive: true }))

async function fileWith(content: string): Promise<string> {
  const file = join(dir, crypto.randomUUID())
  await Bun.write(file, content)
  return file
}

test("a setting that is missing or empty has its default", () => {
  const values = readSettings(declared, { STORE_URL: "redis://u:p@h", PORT: "", NAMES: "a, b,," })
  expect(values).toEqual({ PORT: 8080, SHARDS: 4, STORE_URL: "redis://u:p@h", NAMES: ["a", "b"] })
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
