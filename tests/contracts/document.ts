/** Reads a page of the documentation so that it can be run: its shell lines, each with the output that is expected. */

import { join } from "node:path"
import { CHECKOUT } from "../../scripts/services/checkout"

export type Example = { commands: string; output: string }

const EXAMPLE = /^```sh\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm
const SHELL = /^```sh$/gm
const STATEMENT = /^```sql\n([\s\S]*?)^```$/gm

/** @throws {Error} when a block of shell lines does not say what it prints */
export async function readExamples(page: string): Promise<{ examples: Example[]; statements: string[] }> {
  const text = await Bun.file(join(CHECKOUT, page)).text()
  const examples = [...text.matchAll(EXAMPLE)].map(([, commands = "", output = ""]) => ({ commands, output }))
  const blocks = [...text.matchAll(SHELL)].length
  if (blocks !== examples.length) {
    throw new Error(
      `${page} has ${blocks} blocks of shell lines, but says of ${examples.length} what they print.`,
    )
  }
  return { examples, statements: [...text.matchAll(STATEMENT)].map(([, sql = ""]) => sql) }
}

/** Whether this was printed; `…` in what is expected stands for anything. */
export function isPrinted(expected: string, printed: string): boolean {
  const parts = expected.trim().split("…")
  const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[\\s\\S]*")
  return new RegExp(`^${pattern}$`).test(printed.replaceAll("\r\n", "\n").trim())
}

/** Whether the lines only read, so that they may be run again until their output is as expected. */
export function onlyLooks({ commands }: Example): boolean {
  return /results|vote-counts|\/ws"/.test(commands)
}
