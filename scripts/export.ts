/** `bun run export`: polls, ballots and tallies as files. */

import { existsSync, mkdirSync, renameSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { openDatabase } from "@tallyroom/lib/database"
import { inOneSnapshot, type Table, tablesOf } from "./export/tables"
import { FORMATS, type Format, WRITERS } from "./export/writers"
import { runningDemo } from "./services/running"
import { describe, Trouble } from "./services/trouble"

const USAGE = `Usage: bun run export [--poll ID] [--dir DIR] [--format csv|jsonl|both] [--force]

Writes polls, tallies and ballots of one moment to files that only you can read. Ballots have the poll, the option, the
second in which they were accepted, and whether they still stand; never a voter. Polls whose results are hidden are there, too.

  --poll ID        this one alone
  --dir DIR        (tallyroom-export)
  --format FORMAT  csv, jsonl (a JSON object a line) or both (both)
  --force          over files of an earlier export

DATABASE_URL says where, as a user who may read all tables; otherwise it takes a running demo.`

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(describe(error))
  process.exitCode = 2
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      poll: { type: "string" },
      dir: { type: "string", default: "tallyroom-export" },
      format: { type: "string", default: "both" },
      force: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const formats = FORMATS.filter((it) => values.format === "both" || values.format === it)
  if (formats.length === 0) throw new Trouble(`--format takes csv, jsonl or both, not ${values.format}.`)
  const url = process.env.DATABASE_URL || runningDemo()?.databaseUrl
  if (!url) throw new Trouble("No running demo found. Start one with `bun run demo`, or set DATABASE_URL.")
  const sql = openDatabase(url, { name: "export", connections: 1 })
  try {
    await inOneSnapshot(sql, async (snapshot) => {
      const { poll = null } = values
      if (poll !== null && (await snapshot`SELECT FROM polls WHERE id = ${poll}`).length === 0)
        throw new Trouble(`There is no poll ${JSON.stringify(poll)}.`)
      mkdirSync(values.dir, { recursive: true, mode: 0o700 })
      for (const table of tablesOf(snapshot, poll)) {
        const count = await writeTable(table, values.dir, formats, values.force)
        console.log(
          `${table.name}: ${count.toLocaleString("en")} (${formats.map((it) => join(values.dir, `${table.name}.${it}`)).join(", ")})`,
        )
      }
    })
  } finally {
    await sql.end({ timeout: 1 })
  }
  return 0
}

/** Under another name first: a file that is there is whole. @returns the number of rows */
async function writeTable(
  table: Table,
  dir: string,
  formats: readonly Format[],
  force: boolean,
): Promise<number> {
  const files = formats.map((format) => ({ format, path: join(dir, `${table.name}.${format}`) }))
  const taken = files.find(({ path }) => existsSync(path))
  if (taken && !force)
    throw new Trouble(`${taken.path} is there already: choose another --dir, or say --force.`)
  const drafts: { handle: FileHandle; format: Format }[] = []
  for (const { format, path } of files) {
    const handle = await open(`${path}.draft`, "w", 0o600)
    await handle.write(WRITERS[format].head(table))
    drafts.push({ handle, format })
  }
  let count = 0
  try {
    for await (const rows of table.rows) {
      count += rows.length
      for (const { handle, format } of drafts) await handle.write(WRITERS[format].rows(table, rows))
    }
  } finally {
    for (const { handle } of drafts) await handle.close()
  }
  for (const { path } of files) renameSync(`${path}.draft`, path)
  return count
}
