/** Reads the rows of a file of ballots, one after the other, and checks each. */

import { createReadStream } from "node:fs"
import { basename } from "node:path"
import { pipeline } from "node:stream"
import { withoutIgnorable } from "@tallyroom/lib/polls/names"
import { SLUG } from "@tallyroom/lib/polls/poll"
import { parse } from "csv-parse"
import { z } from "zod"
import { UserError } from "../../services/terminal/user-error"
import { nameless, saysYes } from "./nameless"

export const COLUMNS = ["poll", "option", "voter", "code", "abstained"] as const
const HEADER = `The first line must name the columns ${COLUMNS.join(",")} (all but poll and option may be left out)`
/** So large a row is no ballot: a file that is not CSV must not be read into memory as one row. */
const MOST_ROW_BYTES = 64 * 1024
const LINE_END = /\r\n|\n|\r/g

export type ImportedBallot = z.infer<typeof ballotSchema>
export type Row = {
  /** The number of the row in the file. */
  number: number
  /** The line in which it begins, as editors count. */
  line: number
  fields: Record<string, string>
  /** What is wrong with it, or the ballot that it holds. */
  ballot: ImportedBallot | { fault: string }
  /** How much of the file is read, in bytes. */
  bytes: number
}

const text = z
  .string()
  .trim()
  .max(200, "is longer than 200 characters")
  .refine((it) => !it.includes("\uFFFD"), "has a character that is no UTF-8: save the file as CSV UTF-8")
const slug = z.string().trim().regex(SLUG, "is no id: small letters, digits and hyphens")
/**
 * Normalises a name: it is the same person however accents are encoded and whatever invisible characters the name has.
 */
const nameIn = (voter: string) => withoutIgnorable(voter).normalize("NFC").trim()
const voter = text.transform(nameIn)
const code = text.transform((it) => it || undefined).optional()
/** An option, or what a ballot says of it: a rating, `yes` or `no`. */
const TOLD = /^[a-z0-9][a-z0-9-]{0,63}(=(\d{1,2}|yes|no))?$/
/** Ids, divided by spaces; none for an abstention. */
const options = z
  .string()
  .trim()
  .transform((cell) => (cell === "" ? [] : cell.split(/\s+/)))
  .pipe(z.array(z.string().regex(TOLD, "is no id, nor ids with spaces between")))
const abstained = z
  .string()
  .refine((cell) => /^\s*(yes|no|true|false)?\s*$/i.test(cell), "is yes or no")
  .transform(saysYes)
  .default(false)
const ballotSchema = z
  .object({ poll: slug, option: options, abstained, voter, code })
  .refine(({ option, abstained }) => abstained || option.length > 0, {
    error: "names none",
    path: ["option"],
  })
  .refine(({ option, abstained }) => !abstained || option.length === 0, {
    error: "names some, and the ballot abstained",
    path: ["option"],
  })

/** @throws {UserError} when the file can't be read, is no CSV, or has no proper header; the signal's reason once it is set */
export async function* rowsOf(file: string, stop?: AbortSignal): AsyncGenerator<Row> {
  await refuseUtf16(file)
  const voterOf = nameless(basename(file))
  let names: string[] | null = null
  let number = 0
  for await (const { cells, line, bytes } of recordsOf(file)) {
    stop?.throwIfAborted()
    if (names === null) {
      names = header(file, cells)
      continue
    }
    const fields = Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]))
    if (nameIn(fields.voter ?? "") === "") fields.voter = voterOf(fields)
    const isWhole = cells.length === names.length
    const fault = `has ${cells.length} cells where the header has ${names.length}: put a cell with a comma in quotes`
    yield { number: number++, line, fields, ballot: isWhole ? ballotIn(fields) : { fault }, bytes }
  }
  if (names === null) throw new UserError(`${file} is empty. ${HEADER}.`)
}

async function* recordsOf(file: string) {
  const parser = parse({
    bom: true,
    info: true,
    raw: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MOST_ROW_BYTES,
  })
  // The parser throws any error of this pipeline, so the callback needs none.
  pipeline(createReadStream(file), parser, () => {})
  type Parsed = { record: string[]; info: { bytes: number }; raw: string }
  let line = 1
  try {
    for await (const { record, info, raw } of parser as AsyncIterable<Parsed>) {
      // The parser counts lines where a row ends, and each \r\n in quotes for two; empty lines before a row are in its text.
      const begins = line + lineEnds(/^\s*/.exec(raw)?.[0] ?? "")
      line += lineEnds(raw)
      yield { cells: record, line: begins, bytes: info.bytes }
    }
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.?$/, ".") : error
    throw new UserError(`${file} can't be read: ${why}`, { cause: error })
  }
}

/** Excel saves "Unicode text" in UTF-16. @throws {UserError} when the file's byte order mark says so */
async function refuseUtf16(file: string): Promise<void> {
  // A file that can't be read is the parser's to report.
  const start = await Bun.file(file)
    .slice(0, 2)
    .bytes()
    .catch(() => new Uint8Array())
  const mark = start.toHex()
  if (mark === "fffe" || mark === "feff") throw new UserError(`${file} is in UTF-16: save it as CSV UTF-8.`)
}

const lineEnds = (text: string) => text.match(LINE_END)?.length ?? 0

function header(file: string, cells: string[]): string[] {
  const names = cells.map((name) => name.trim().toLowerCase())
  const twice = names.find((name, i) => name !== "" && names.indexOf(name) < i)
  if (twice !== undefined) throw new UserError(`The header of ${file} names the column ${twice} twice.`)
  const missing = ["poll", "option"].filter((name) => !names.includes(name))
  if (missing.length === 0) return names
  const given = cells.join(",").slice(0, 100)
  const commas = /[;\t]/.test(given) ? " Separate the columns by commas (in Excel: CSV UTF-8)." : ""
  throw new UserError(`${HEADER}; ${missing.join(" and ")} missing in ${given}.${commas}`)
}

function ballotIn(fields: Record<string, string>): Row["ballot"] {
  const parsed = ballotSchema.safeParse(fields)
  if (parsed.success) return parsed.data
  return { fault: parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ") }
}
