/** A port on which nothing listens yet. */

import { once } from "node:events"
import { createServer } from "node:net"

/** Settles once a connection to this port was attempted and refused; the port is free again then. */
export async function untilConnectionRefused(port: number): Promise<void> {
  const refused = Promise.withResolvers<void>()
  const server = createServer((visitor) => {
    visitor.destroy()
    refused.resolve()
  }).listen(port, "127.0.0.1")
  await refused.promise
  server.close()
  await once(server, "close")
}
