/** Which build this is. The compiler replaces the two environment variables by their values; a checkout has none. */

import { dirname, join } from "node:path"
import manifest from "../../package.json"

export const version: string = process.env.TALLYROOM_VERSION || manifest.version
/** The commit that it was built from. */
export const revision: string = process.env.TALLYROOM_REVISION || "unknown"

/** A compiled program finds its own sources under this path. */
const INSIDE_PROGRAM = "/$bunfs/"

/** The folder beside a compiled program with the files for browsers; null in a checkout, which builds them at the start. */
export const prebuiltAssets: string | null = import.meta.dir.startsWith(INSIDE_PROGRAM)
  ? join(dirname(process.execPath), "assets")
  : null
