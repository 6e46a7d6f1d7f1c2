/** The rows of a file of ballots, one after the other, each checked. */

import { createReadStream } from "node:fs"
import { SLUG } from "@tallyroom/lib/polls"
import { parse } from "csv-parse"
import { z } from "zod"
import { Trouble } from "../services/trouble"

const COLUMNS = ["poll", "option", "voter", "code"] as const
/** A file that is no CSV must not be read into memory as one row. */
const MOST_ROW_BYTES = 64 * 1024

export type Row = {
  /** The line in which it begins, as editors count. */
  line: number
  fields: Record<string, string>
  /** What is wrong with it, or the ballot that it holds. */
  ballot: z.infer<typeof ballotSchema> | { fault: string }
  /** How far the file is read, in bytes. */
  bytes: number
}

const optional = z
  .string()
  .trim()
  .max(200, "is longer than 200 characters")
  .transform((text) => text || undefined)
  .optional()
const slug = z.string().trim().regex(SLUG, "is no id: small letters, digits and hyphens")
const ballotSchema = z.object({ poll: slug, option: slug, voter: optional, code: optional })

/** @throws {Trouble} when the file can't be read, is no CSV, or has not the columns poll and option */
export async function* rowsOf(file: string): AsyncGenerator<Row> {
  const parser = createReadStream(file).pipe(
    parse({
      bom: true,
      columns: header,
      info: true,
      trim: true,
      skip_empty_lines: true,
      max_record_size: MOST_ROW_BYTES,
    }),
  )
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: Record<string, string>
      info: Info
    }>) {
      yield { line: info.lines, fields: record, ballot: ballotIn(record), bytes: info.bytes }
    }
  } catch (error) {
    if (error instanceof Trouble) throw error
    throw new Trouble(`${file} can't be read: ${error instanceof Error ? error.message : error}`)
  }
}

type Info = { lines: number; bytes: number }

function header(names: string[]): string[] {
  const known = names.map((name) => name.trim().toLowerCase())
  const missing = ["poll", "option"].filter((name) => !known.includes(name))
  if (missing.length === 0) return known
  throw new Trouble(
    `The first line must name the columns ${COLUMNS.join(", ")} (voter and code may be left out); ${missing.join(" and ")} missing in ${names.join(",").slice(0, 100)}.`,
  )
}

function ballotIn(record: Record<string, string>): Row["ballot"] {
  const parsed = ballotSchema.safeParse(record)
  if (parsed.success) return parsed.data
  return { fault: parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ") }
}
