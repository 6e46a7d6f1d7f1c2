/** Which build this is. Compiling replaces the two variables by their values; a checkout runs without them. */

import { dirname, join } from "node:path"
import manifest from "../../package.json"

export const version: string = process.env.TALLYROOM_VERSION || manifest.version
/** The commit that it was built from. */
export const revision: string = process.env.TALLYROOM_REVISION || "unknown"

/** A compiled program sees its own sources under this name. */
const INSIDE_PROGRAM = "/$bunfs/"

/** Where the browser's files lie beside a compiled program; null in a checkout, where they are built at the start. */
export const prebuiltAssets: string | null = import.meta.dir.startsWith(INSIDE_PROGRAM)
  ? join(dirname(process.execPath), "assets")
  : null
