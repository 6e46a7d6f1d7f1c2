/** A port where nobody is at home yet. */

import { once } from "node:events"
import { createServer } from "node:net"

/** Settles once somebody has refused at a port and was sent away; the port is free again then. */
export async function untilConnectionRefused(port: number): Promise<void> {
  const refused = Promise.withResolvers<void>()
  const door = createServer((visitor) => {
    visitor.destroy()
    refused.resolve()
  }).listen(port, "127.0.0.1")
  await refused.promise
  door.close()
  await once(door, "close")
}
