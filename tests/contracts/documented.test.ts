import { beforeAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import postgres from "postgres"
import { ensureTool } from "../../scripts/services/tools/tools"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"
import { isPrinted, onlyLooks, readExamples } from "./document"
import { type Family, startFamily } from "./family"

const stores = useStores()
const dir = mkdtempSync(join(tmpdir(), "tallyroom-contracts-"))
let family: Family

beforeAll(async () => {
  await ensureTool("ab")
  family = await startFamily(stores())
  stores().defer(() => rmSync(dir, { recursive: true, force: true }))
}, 120_000)

/** The lines of the page, with other ports. */
async function run(commands: string): Promise<string> {
  const { classic, pets, posts } = family
  const ports = { 8080: classic.vote, 8081: classic.result, 8084: pets.vote, 8085: pets.result, 5000: posts }
  const lines = Object.entries(ports).reduce(
    (text, [port, { url }]) => text.replaceAll(`localhost:${port}`, new URL(url).host),
    commands,
  )
  const path = `${join(process.execPath, "..")}:${process.env.PATH}`
  const shell = Bun.spawn(["sh", "-eu", "-c", lines], { cwd: dir, env: { ...process.env, PATH: path } })
  const output = await new Response(shell.stdout).text()
  expect(await shell.exited, commands).toBe(0)
  return output
}

test("every line of docs/contracts.md does what it says", async () => {
  const { examples, statements } = await readExamples("docs/contracts.md")
  expect(examples.length).toBeGreaterThan(10)
  for (const example of examples) {
    let printed = await run(example.commands)
    const look = async () => {
      if (isPrinted(example.output, printed)) return true
      printed = await run(example.commands)
      return false
    }
    if (onlyLooks(example)) await waitFor("what is counted", look).catch(() => {})
    if (!isPrinted(example.output, printed)) expect(printed, example.commands).toBe(example.output)
  }
  const sql = postgres(stores().database.workerUrl, { max: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
  for (const statement of statements) expect((await sql.unsafe(statement)).length).toBe(1)
}, 120_000)
