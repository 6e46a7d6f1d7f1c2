/** Gives Redis the scripts that vote may run: its user has no right to bring any along. */

import type { Redis } from "ioredis"
import { scripts } from "./scripts"

/** Redis forgets them when it starts anew, and loading what is there changes nothing. */
export async function loadScripts(redis: Redis): Promise<void> {
  await Promise.all(Object.values(scripts).map(({ lua }) => redis.script("LOAD", lua)))
}
