import { afterAll, describe, expect, test } from "bun:test"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { descendants, isAlive, parentOf } from "../../scripts/services/processes/process-table"
import { startSupervised } from "../../scripts/services/processes/supervised-process"
import { waitFor } from "../../scripts/services/wait"

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-services-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe("a supervised process", () => {
  const supervisedModule = join(import.meta.dir, "../../scripts/services/processes/supervised-process.ts")

  /** A process of its own that supervises `command` and prints its id. */
  function startHolder(command: string[]) {
    const script = `
      import { startSupervised } from ${JSON.stringify(supervisedModule)}
      const child = startSupervised(${JSON.stringify(command)}, { onLine: console.log })
      console.log("pid " + child.pid)
      await child.exited`
    return Bun.spawn([process.execPath, "-e", script], { stdin: "ignore", stdout: "pipe", stderr: "inherit" })
  }

  async function supervisedPid(holder: ReturnType<typeof startHolder>): Promise<number> {
    let printed = ""
    for await (const chunk of holder.stdout) {
      printed += new TextDecoder().decode(chunk)
      const pid = printed.match(/pid (\d+)/)?.[1]
      if (pid && printed.includes("begun")) return Number(pid)
    }
    throw new Error(`The holder printed no process id: ${printed}`)
  }

  test("ends its program and its guard when the process that holds it is killed", async () => {
    const holder = startHolder(["sh", "-c", "echo begun; exec sleep 300"])
    const pid = await supervisedPid(holder)
    const guard = guardOf(pid, holder.pid)
    expect(isAlive(guard)).toBe(true)
    holder.kill("SIGKILL")
    await waitFor("the program and its guard to end", () => !isAlive(pid) && !isAlive(guard))
  })

  test("kills a program that ignores being asked, once its holder was killed", async () => {
    const holder = startHolder(["sh", "-c", 'trap "" TERM; echo begun; while :; do sleep 1; done'])
    const pid = await supervisedPid(holder)
    holder.kill("SIGKILL")
    await waitFor("the stubborn program to end", () => !isAlive(pid))
  }, 60_000)

  test("leaves no guard behind when the program ends by itself", async () => {
    const before = descendants(process.pid)
    const seen = join(scratch, "guard-was-seen")
    const child = startSupervised([
      "sh",
      "-c",
      'echo out; echo err >&2; until [ -e "$0" ]; do sleep 0.1; done; exit 7',
      seen,
    ])
    const guard = guardOf(child.pid, process.pid, before)
    writeFileSync(seen, "")
    expect(await child.exited).toBe(7)
    expect(isAlive(guard)).toBe(false)
  })

  test("hands on every line of both outputs and keeps them in the log file", async () => {
    const lines: string[] = []
    const logFile = join(scratch, "lines.log")
    const script = "i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done; printf last >&2"
    const child = startSupervised(["sh", "-c", script], { logFile, onLine: (line) => lines.push(line) })
    expect(await child.exited).toBe(0)
    expect(lines.length).toBe(20_001)
    expect(lines).toContain("last")
    expect(readFileSync(logFile, "utf8").trim().split("\n").length).toBe(20_001)
  })

  test("stop() asks first and kills after the grace", async () => {
    const polite = startSupervised(["sleep", "300"])
    expect(await polite.stop(5_000)).toBe(128 + 15)
    const lines: string[] = []
    const stubborn = startSupervised(["sh", "-c", 'trap "" TERM; echo begun; while :; do sleep 1; done'], {
      onLine: (line) => lines.push(line),
    })
    await waitFor("the trap to be set", () => lines.includes("begun"))
    expect(await stubborn.stop(100)).toBe(128 + 9)
  })

  /** The holder's other child. */
  /** The guard of the program `pid`: the other child that `holder` has got since it had `before`. */
  function guardOf(pid: number, holder: number, before: number[] = []): number {
    const known = new Set([pid, ...before])
    const others = descendants(holder).filter((id) => !known.has(id) && parentOf(id) === holder)
    expect(others.length).toBe(1)
    return others[0] ?? 0
  }
})
