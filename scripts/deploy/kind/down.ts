/** `bun run kind:down`: deletes the cluster that kind:up made, with all its votes. */

import { refuseWords } from "../../services/no-words"
import { describe } from "../../services/trouble"
import { CLUSTER, kind } from "./kind"

refuseWords(`Usage: bun run kind:down

Deletes the kind cluster "${CLUSTER}" that kind:up made, with all its votes.`)
try {
  await kind("delete", "cluster", "--name", CLUSTER)
} catch (error) {
  console.error(describe(error))
  process.exit(1)
}
