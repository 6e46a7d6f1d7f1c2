/** A Lua script as it is sent to Redis, and how many keys it takes. */

import acceptance from "./include/acceptance.lua" with { type: "text" }
import inherited from "./include/inherited.lua" with { type: "text" }
import lastId from "./include/last-id.lua" with { type: "text" }
import noteCounted from "./include/note-counted.lua" with { type: "text" }
import outdated from "./include/outdated.lua" with { type: "text" }
import retained from "./include/retained.lua" with { type: "text" }
import serving from "./include/serving.lua" with { type: "text" }

/** What several scripts must agree on, by the name under which a line `-- @include <name>` asks for it. */
const INCLUDES: ReadonlyMap<string, string> = new Map([
  ["acceptance", acceptance],
  ["inherited", inherited],
  ["last-id", lastId],
  ["note-counted", noteCounted],
  ["outdated", outdated],
  ["retained", retained],
  ["serving", serving],
])

export type Script = { lua: string; numberOfKeys?: number }

/** @throws when the script includes what there is not: at the start of each program, so it can't get further than a test */
export function script(lua: string): Script {
  const whole = lua.replace(/^-- @include (.*)$/gm, (_line, name: string) => {
    const included = INCLUDES.get(name)
    if (included === undefined)
      throw new Error(`A Lua script includes ${JSON.stringify(name)}, which there is not.`)
    return included.trimEnd()
  })
  const numberOfKeys = keysOf(lua)
  return { lua: whole, ...(numberOfKeys !== undefined && { numberOfKeys }) }
}

/** As many as the script's line `local …, … = unpack(KEYS)` names; undefined without one: the caller says how many. */
function keysOf(lua: string): number | undefined {
  return /^local (.+) = unpack\(KEYS\)$/m.exec(lua)?.[1]?.split(",").length
}
