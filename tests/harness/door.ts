/** A port where nobody is at home yet. */

import { once } from "node:events"
import { createServer } from "node:net"

/** Settles once somebody has knocked at a port and was sent away; the port is free again then. */
export async function untilKnocked(port: number): Promise<void> {
  const knocked = Promise.withResolvers<void>()
  const door = createServer((visitor) => {
    visitor.destroy()
    knocked.resolve()
  }).listen(port, "127.0.0.1")
  await knocked.promise
  door.close()
  await once(door, "close")
}
