/** How many descriptors processes may have open: each WebSocket takes one. */

import { descriptorLimit } from "@tallyroom/lib/http/kernel-sockets"

const IS_LINUX = process.platform === "linux"

/**
 * Raises the limit of this process, and of all that it starts from now on, as far as the machine lets it.
 * @returns how many descriptors each of them may have open; Infinity where that can't be known
 */
export function raiseDescriptorLimit(wanted: number): number {
  if (!IS_LINUX) return Number.POSITIVE_INFINITY
  // Bun itself has raised the soft limit to the hard one; who is no root can't raise that.
  if (descriptorLimit() < wanted)
    Bun.spawnSync(["prlimit", "--pid", String(process.pid), `--nofile=${wanted}:${wanted}`], {
      ...{ stdout: "ignore", stderr: "ignore" },
    })
  return descriptorLimit()
}
