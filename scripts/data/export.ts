/** `bun run export`: polls, ballots and tallies as files. */

import { openDatabase } from "@tallyroom/lib/database"
import { EXPORT_RIGHTS, explainRefusal } from "@tallyroom/lib/postgres/rights"
import { appliedMigrations, versionProblem } from "@tallyroom/lib/postgres/schema"
import { withSecretsOfFiles } from "../services/given-settings"
import { runningDemo } from "../services/stack/running-demo"
import { assertPostgresAnswers } from "../services/stores/external-stores"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag, oneOf, orElse, text } from "../services/terminal/options"
import { UserError } from "../services/terminal/user-error"
import { failure } from "./export/failure"
import { assertFree, type Written, writeFiles } from "./export/files"
import { inOneSnapshot, tablesOf } from "./export/tables"
import { FORMATS, type Format } from "./export/writers"

const USAGE = `Usage: bun run export [--poll ID] [--dir DIR] [--format csv|jsonl|both] [--force]

Writes polls, tallies and ballots of one moment to files that only you can read. Ballots have the poll, the option (several
with spaces between), the second in which they were accepted, whether they still stand, and whether they abstained; never a
voter. Polls whose results are hidden are there, too.

  --poll ID        this one alone
  --dir DIR        (tallyroom-export)
  --format FORMAT  csv, jsonl (a JSON object a line) or both (both)
  --force          in the place of an earlier export there, of which nothing stays
  --help           show this

Environment:
  DATABASE_URL   the database, as a user who may read all tables (that of a running demo); or
                 DATABASE_URL_FILE, the file that it is in`

await runScript(main, { failure: 2 })

async function main(): Promise<number> {
  const { values } = readCommandLine({
    usage: USAGE,
    options: {
      poll: text,
      dir: orElse(text, "tallyroom-export"),
      format: orElse(oneOf([...FORMATS, "both"]), "both"),
      force: flag,
    },
  })
  const formats = FORMATS.filter((it) => values.format === "both" || values.format === it)
  const url = withSecretsOfFiles(process.env, ["DATABASE_URL"]).DATABASE_URL || runningDemo()?.databaseUrl
  if (!url) throw new UserError("No running demo found. Start one with `bun run demo`, or set DATABASE_URL.")
  const { poll = null, dir, force } = values
  try {
    assertFree(dir, force)
    await assertPostgresAnswers(url, "that of a running demo")
    for (const { name, count, files } of await exportTo(url, poll, dir, formats))
      console.log(`${name}: ${count.toLocaleString("en")} (${files.join(", ")})`)
  } catch (error) {
    throw failure(error, dir)
  }
  return 0
}

async function exportTo(
  url: string,
  poll: string | null,
  dir: string,
  formats: readonly Format[],
): Promise<Written[]> {
  const sql = openDatabase(url, { name: "export", connections: 1 })
  try {
    return await inOneSnapshot(sql, async (snapshot) => {
      const problem = versionProblem(await appliedMigrations(snapshot))
      if (problem !== null) throw new UserError(problem)
      if (poll !== null && (await snapshot`SELECT FROM polls WHERE id = ${poll}`).length === 0)
        throw new UserError(`There is no poll ${JSON.stringify(poll)}.`)
      return writeFiles(dir, formats, tablesOf(snapshot, poll))
    })
  } catch (error) {
    throw await explainRefusal(sql, error, EXPORT_RIGHTS)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
