/** `bun run screenshots`: pictures of every page in every state. */

import { mkdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { openDatabase } from "@tallyroom/lib/database"
import { CHECKOUT } from "../services/checkout"
import type { RunningDemo } from "../services/stack/running-demo"
import { readCommandLine } from "../services/terminal/command-line"
import type { CommandOption } from "../services/terminal/options"
import { describe, UsageError, UserError } from "../services/terminal/user-error"
import { ensureTool } from "../services/tools/tools"
import { ADDRESSES } from "./screenshots/addresses"
import { ballotShots } from "./screenshots/ballot-shots"
import { drawsEmoji, openCamera, takeShot } from "./screenshots/camera"
import { controlRoomShots } from "./screenshots/control-room-shots"
import { makePicturedEvent } from "./screenshots/event"
import { resultShots } from "./screenshots/result-shots"
import type { Device, Shot } from "./screenshots/shot"
import { serveTeamSite } from "./screenshots/team-site"
import { inOwnTallyroom } from "./showcase/own-tallyroom"

const USAGE = `Usage: bun run screenshots [--only PREFIX]

Starts a Tallyroom of its own with a made-up event, and writes every page in every state to docs/screenshots/,
as <page>-<state>-<phone|desktop>-<light|dark>.png. A running demo is left alone.

  --only PREFIX   only the pictures whose names begin so, such as "results" or "ballot-open"
  --help          show this

Environment:
  CHROMIUM_PATH   the browser to use, if not the one that is found`

const DIR = join(CHECKOUT, "docs/screenshots")
const DEVICES: readonly Device[] = ["phone", "desktop"]
const NO_EMOJI =
  "This machine has no emoji in colour, and the pictures will lack them: install a font (sudo apt-get install fonts-noto-color-emoji) and start again."

/** The pictures whose names begin so; without a prefix, all. */
const shotsByPrefix: CommandOption<readonly Shot[]> = {
  takes: "the beginning of a picture's name",
  read: (given) => {
    const prefix = given.at(-1) ?? ""
    const all = [...ballotShots, ...resultShots, ...controlRoomShots]
    const found = all.filter(({ name }) => name.startsWith(prefix))
    if (found.length > 0) return found
    const names = all.map(({ name }) => name).join(", ")
    throw new UsageError(`No picture's name begins with ${JSON.stringify(prefix)}: there are ${names}.`)
  },
}

async function takeAll(shots: readonly Shot[], running: RunningDemo): Promise<number> {
  await ensureTool("emoji-font", { say: console.error }).catch((error) => console.error(describe(error)))
  console.error("Making the event")
  const event = await makePicturedEvent(running)
  const sql = openDatabase(running.databaseUrl, { name: "screenshots", connections: 1 })
  const site = serveTeamSite()
  const browser = await openCamera({
    votePort: new URL(running.voteUrl).port,
    resultPort: new URL(running.resultUrl).port,
    hostPort: String(site.port),
  })
  try {
    if (!(await drawsEmoji(browser))) console.error(NO_EMOJI)
    mkdirSync(DIR, { recursive: true })
    const sizes: number[] = []
    for (const shot of shots) {
      for (const device of shot.devices ?? DEVICES) {
        const given = { device, dir: DIR, token: running.adminToken, sql }
        const files = await takeShot(browser, shot, given).catch((cause) => {
          const what = `${shot.name} (${device}) did not show what it should`
          throw new UserError(`${what}: ${cause.message}`, { cause })
        })
        for (const file of files) {
          const { size } = statSync(join(DIR, file))
          sizes.push(size)
          console.log(`${file} (${Math.ceil(size / 1_024)} KB)`)
        }
      }
    }
    const total = sizes.reduce((sum, size) => sum + size, 0)
    console.log(`${sizes.length} pictures in docs/screenshots/, ${(total / 1_048_576).toFixed(1)} MB`)
    return 0
  } finally {
    await browser.close()
    await site.stop(true)
    await sql.end({ timeout: 1 })
    await event.end()
  }
}

const { values } = readCommandLine({ usage: USAGE, options: { only: shotsByPrefix } })
const addresses = {
  VOTE_URL: ADDRESSES.vote,
  RESULT_URL: ADDRESSES.result,
  EMBED_ORIGINS: `${ADDRESSES.host},${ADDRESSES.neighbour}`,
}
await inOwnTallyroom(addresses, (running) => takeAll(values.only, running))
