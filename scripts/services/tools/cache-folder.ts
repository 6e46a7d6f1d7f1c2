import { homedir } from "node:os"
import { join } from "node:path"

/** Where what was fetched and built for this user stays, named by its version. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "tallyroom")
