/** Runs the scripts over a connection by their digests, and brings one along only where Redis does not know it. */

import type { Redis } from "ioredis"
import type { Script } from "./script"
import { scripts } from "./scripts"

type Arguments = [numberOfKeys: number, ...keysAndArguments: (string | number)[]]

/** How often a script was brought along, by connection. */
const broughtAlong = new WeakMap<object, number>()

/** Grows whenever a script was brought along over this connection, and so ran later than what was sent after it was first called. */
export const scriptsBroughtAlong = (redis: object): number => broughtAlong.get(redis) ?? 0

/**
 * Makes the scripts commands of this connection. ioredis would bring each along with its first call over a connection, and not every
 * user of Redis may do that: vote's runs what a worker has loaded.
 */
export function defineScripts(redis: Redis): void {
  for (const [name, { lua, numberOfKeys }] of Object.entries<Script>(scripts)) {
    const digest = new Bun.CryptoHasher("sha1").update(lua).digest("hex")
    const run = (...given: (string | number)[]) => {
      const args = (numberOfKeys === undefined ? given : [numberOfKeys, ...given]) as Arguments
      return redis.evalsha(digest, ...args).catch((error: Error) => {
        if (!error.message.startsWith("NOSCRIPT")) throw error
        broughtAlong.set(redis, scriptsBroughtAlong(redis) + 1)
        return redis.eval(lua, ...args)
      })
    }
    Object.assign(redis, { [name]: run })
  }
}
