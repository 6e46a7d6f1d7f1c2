import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readSmallFile } from "./small-file"

const dir = mkdtempSync(join(tmpdir(), "tallyroom-small-file-"))
afterAll(() => rmSync(dir, { recursive: true }))

test("a file is read, also by a link as Kubernetes makes them", () => {
  writeFileSync(join(dir, "secret"), "hunter2")
  symlinkSync(join(dir, "secret"), join(dir, "link"))
  expect(readSmallFile(join(dir, "link")).toString()).toBe("hunter2")
})

test("a pipe, a folder and a huge file are refused at once", () => {
  expect(Bun.spawnSync(["mkfifo", join(dir, "pipe")]).exitCode).toBe(0)
  expect(() => readSmallFile(join(dir, "pipe"))).toThrow("it is no regular file")
  expect(() => readSmallFile(dir)).toThrow("it is no regular file")
  writeFileSync(join(dir, "huge"), "")
  truncateSync(join(dir, "huge"), 3e9)
  expect(() => readSmallFile(join(dir, "huge"))).toThrow("it is larger than 1 MiB")
})
