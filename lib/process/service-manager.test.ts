import { afterEach, beforeEach, expect, test } from "bun:test"
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { reportToServiceManager } from "./service-manager"

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tallyroom-notify-"))
  // In the place of systemd's own program, which only systemd can start for a service: it notes what it is told.
  await writeFile(join(dir, "systemd-notify"), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${dir}/told\n`)
  await chmod(join(dir, "systemd-notify"), 0o755)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const told = async () => {
  const file = Bun.file(join(dir, "told"))
  return (await file.exists()) ? (await file.text()).trim().split("\n") : []
}
const service = () => ({ PATH: `${dir}:/usr/bin:/bin`, NOTIFY_SOCKET: "/run/notify" })

async function toldAtLeast(count: number): Promise<string[]> {
  for (;;) {
    const lines = await told()
    if (lines.length >= count) return lines
    await Bun.sleep(10)
  }
}

test("systemd hears at once that a process listens, and then that it works", async () => {
  const stop = reportToServiceManager(() => true, { ...service(), WATCHDOG_USEC: "30000" })
  const lines = await toldAtLeast(3)
  stop()
  expect(lines.toSorted()[0]).toBe("/run/notify --ready")
  expect(new Set(lines)).toEqual(new Set(["/run/notify --ready", "/run/notify WATCHDOG=1"]))
})

test("a process that says that it does not work is no longer reported, and again once it works", async () => {
  let works = false
  let asked = 0
  const stop = reportToServiceManager(
    () => {
      asked++
      return works
    },
    { ...service(), WATCHDOG_USEC: "30000" },
  )
  while (asked < 5) await Bun.sleep(5)
  expect(await toldAtLeast(1)).toEqual(["/run/notify --ready"])
  works = true
  expect(await toldAtLeast(2)).toContain("/run/notify WATCHDOG=1")
  stop()
})

test("systemd's program sees no setting, which may be a secret", async () => {
  await writeFile(join(dir, "systemd-notify"), `#!/bin/sh\necho "told$ADMIN_TOKEN" >> ${dir}/told\n`)
  const stop = reportToServiceManager(() => true, { ...service(), ADMIN_TOKEN: "secret" })
  expect(await toldAtLeast(1)).toEqual(["told"])
  stop()
})

test("without systemd nothing is told", async () => {
  const { PATH } = service()
  reportToServiceManager(() => true, { PATH, WATCHDOG_USEC: "3000" })()
  expect(await told()).toEqual([])
})
