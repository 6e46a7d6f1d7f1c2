/** Runs before every test file. */

import { setDefaultTimeout } from "bun:test"

/** Real stores on a small, busy machine: no test waits this long unless something is wrong. */
setDefaultTimeout(60_000)
