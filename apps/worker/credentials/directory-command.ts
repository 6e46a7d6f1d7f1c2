/** `worker credentials --dir DIR`: makes the credentials that are missing as files, for compose and for a server without Docker. */

import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { ensureFiles, giveFolders } from "./directory"

const USAGE = `Usage: worker credentials --kubernetes | --dir DIR [--local] [--data DIR] [--print FILE]

Makes every credential that is missing, and changes none.

  --kubernetes   as Secrets of the cluster that it runs in
  --dir DIR      as files, in a folder for each service
  --local        of this machine, without containers: all stores are on it, and no group can read the files
  --data DIR     gives the folders in DIR to the services that they are named for
  --print FILE   prints one of the files, like result/admin_token`

/**
 * Prints what was made or went wrong, and a credential only where --print asks for it.
 * @returns the exit code
 */
export async function makeFiles(args: string[]): Promise<number> {
  try {
    const { dir, local = false, data, print } = readOptions(args)
    if (dir === undefined) return refused(USAGE, 2)
    const made = await ensureFiles(dir, { local })
    if (data !== undefined) await giveFolders(data)
    if (print !== undefined) console.log((await readFile(join(dir, print), "utf8")).trim())
    else console.log(made.length > 0 ? `Made ${made.join(", ")}.` : "All credentials are there already.")
    return 0
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error), 1)
  }
}

function readOptions(args: string[]) {
  const text = { type: "string" } as const
  const options = { dir: text, local: { type: "boolean" }, data: text, print: text } as const
  return parseArgs({ args, options }).values
}

function refused(why: string, code: number): number {
  console.error(why)
  return code
}
