/** `bun run kind:down`: deletes the cluster that kind:up made, with all its votes. */

import { describe } from "../services/trouble"
import { CLUSTER, kind } from "./kind"

try {
  await kind("delete", "cluster", "--name", CLUSTER)
} catch (error) {
  console.error(describe(error))
  process.exit(1)
}
