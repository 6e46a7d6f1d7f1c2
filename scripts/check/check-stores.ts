/** `bun run check:stores`: the tests of stores as people have them, which take too long for every check. */

import { runSeparateTests } from "./steps/separate-tests"

const USAGE = `Usage: bun run check:stores [FILTER]…

Runs the tests of tests/stores (or those whose file's path has a FILTER in it): Tallyroom with poolers, proxies, TLS, other versions of
the stores and logins with too few rights, each a real one that the tests start. What they need is installed the first time.
The last line is "N passed, N failed".

  --help   show this`

await runSeparateTests(USAGE, "tests/stores/")
