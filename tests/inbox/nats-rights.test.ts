/** What each user of NATS may do, by a real server with the users that the credentials give. */

import { beforeAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { START } from "@tallyroom/lib/ballots/ballot"
import { NatsAdmin } from "@tallyroom/lib/inbox/nats/admin"
import type { BrokerAdmin } from "@tallyroom/lib/inbox/stream/contract"
import { encodeStopMarker } from "@tallyroom/lib/inbox/stream/entries"
import { natsUsers } from "../../apps/worker/credentials/nats-users"
import { startNats } from "../../scripts/services/stores/nats"
import { isDenied } from "../../scripts/services/stores/nats-api"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { voter } from "../harness/tallyroom"

const stores = useStores()

/** What would read, remove or move others' ballots at once, or end a poll. */
const WORKERS_ALONE = [
  "tallyroom.s.first",
  "tallyroom.s.stops.1.1.x",
  "tallyroom.s.notes.x",
  "$JS.API.STREAM.CREATE.x",
  "$JS.API.STREAM.UPDATE.tallyroom-s",
  "$JS.API.STREAM.PURGE.tallyroom-s",
  "$JS.API.STREAM.DELETE.tallyroom-s",
  "$JS.API.STREAM.MSG.DELETE.tallyroom-s",
  "$JS.API.STREAM.NAMES",
  "$JS.API.CONSUMER.CREATE.tallyroom-s",
  "$JS.API.STREAM.RESTORE.tallyroom-s",
] as const
const FOR_BOTH = [
  "tallyroom.s.1.voter.0",
  "$JS.API.DIRECT.GET.tallyroom-s",
  "$JS.API.STREAM.MSG.GET.tallyroom-s",
] as const
/** The server's own, and what others are answered. */
const FOR_NOBODY = ["$SYS.REQ.SERVER.PING", "_INBOX.another", "other"] as const

const passwords = { vote: crypto.randomUUID(), worker: crypto.randomUUID() }
let port: number
let admin: BrokerAdmin

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-nats-"))
  stores().defer(() => rmSync(dir, { recursive: true, force: true }))
  const nats = await startNats({ dir, users: natsUsers(passwords) })
  stores().defer(() => nats.stop())
  port = nats.port
  admin = new NatsAdmin(() => ({ url: urlOf("worker") }), 1, { onError: () => {} })
  stores().defer(() => admin.close())
  await becomes(async () => admin.problem(), null)
})

const urlOf = (user: "vote" | "worker") => `nats://${user}:${passwords[user]}@127.0.0.1:${port}`

test("vote writes ballots and reads a voter's, and makes, ends and empties nothing", async () => {
  const deniedTo = async (user: "vote" | "worker", subjects: readonly string[]) => {
    const denied = await Promise.all(subjects.map((subject) => isDenied(urlOf(user), `PUB ${subject}`)))
    return subjects.filter((_, i) => denied[i])
  }
  expect(await deniedTo("vote", [...WORKERS_ALONE, ...FOR_BOTH])).toEqual([...WORKERS_ALONE])
  expect(await deniedTo("worker", [...WORKERS_ALONE, ...FOR_BOTH])).toEqual([])
  for (const user of ["vote", "worker"] as const) {
    expect(await deniedTo(user, FOR_NOBODY)).toEqual([...FOR_NOBODY])
    expect(await isDenied(urlOf(user), "SUB tallyroom.>")).toBe(true)
  }
})

test("a marker that stands where vote may write ends no poll", async () => {
  await admin.create("markers")
  const marker = { poll: 1, stop: 1 }
  const ballot = { poll: 1, voter: voter("thief"), option: "a" }
  const text = encodeStopMarker(marker)
  await admin.append("markers", [{ text, ballot }, { text, stop: marker }, { text }])
  const markers = async () => {
    const entries = await admin.reader("markers").read(START, 10, 0)
    return entries.slice(1).map(({ stopMarker }) => stopMarker ?? null)
  }
  await becomes(markers, [null, marker, marker])
})

test("what is greater than any ballot is not kept", async () => {
  await admin.create("small")
  await expect(admin.append("small", [{ text: "x".repeat(2_000) }])).rejects.toThrow(/message size exceeds/)
})
