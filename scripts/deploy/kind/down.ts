/** `bun run kind:down`: deletes the cluster that kind:up made, with all its votes. */

import { readCommandLine, runScript } from "../../services/terminal/command-line"
import { CLUSTER, kind } from "./kind"

const USAGE = `Usage: bun run kind:down

Deletes the kind cluster "${CLUSTER}" that kind:up made, with all its votes.

  --help   show this`

await runScript(
  async () => {
    readCommandLine({ usage: USAGE })
    await kind("delete", "cluster", "--name", CLUSTER)
    return 0
  },
  { failure: 1 },
)
