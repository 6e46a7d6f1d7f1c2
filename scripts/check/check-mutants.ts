/** `bun run check:mutants`: whether the failure proof can fail. */

import { runSeparateTests } from "./steps/separate-tests"

const USAGE = `Usage: bun run check:mutants

Builds one fault after the other into a copy of Tallyroom, runs the failure proof (bun run prove) against each, and checks that it
names the promise that is broken. Takes some minutes. The last line is "N passed, N failed".

  --help   show this`

await runSeparateTests(USAGE, "tests/mutants/")
