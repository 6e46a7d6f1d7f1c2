/** What each user of NATS may do, by a real server with the users that the credentials give. */

import { beforeAll, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { START } from "@tallyroom/lib/ballots/ballot"
import { elapsedNow } from "@tallyroom/lib/elapsed"
import { termsOf } from "@tallyroom/lib/inbox/contract"
import { NatsAdmin } from "@tallyroom/lib/inbox/nats/admin"
import { IMPORTED_API } from "@tallyroom/lib/inbox/nats/connection"
import { NatsPublisher } from "@tallyroom/lib/inbox/nats/publish"
import { encodeStopMarker } from "@tallyroom/lib/inbox/stream/entries"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { examplePoll } from "../../apps/vote/testing/vote"
import { natsUsers } from "../../apps/worker/credentials/nats-users"
import { startNats } from "../../scripts/services/stores/nats"
import { askJetStream, heardAnswers, isDenied, publishFor } from "../../scripts/services/stores/nats-api"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { voter } from "../harness/tallyroom"

const stores = useStores()

/** What would read, remove or move others' ballots at once, or end a poll. */
const WORKERS_ALONE = [
  "tallyroom.s.first",
  "tallyroom.s.stops.1.1.x",
  "tallyroom.s.stops.1.1",
  "tallyroom.s.notes.x",
  "tallyroom.s.notes.x.y",
  "$JS.API.INFO",
  "$JS.API.STREAM.CREATE.x",
  "$JS.API.STREAM.UPDATE.tallyroom-s",
  "$JS.API.STREAM.PURGE.tallyroom-s",
  "$JS.API.STREAM.DELETE.tallyroom-s",
  "$JS.API.STREAM.INFO.tallyroom-s",
  "$JS.API.STREAM.MSG.GET.tallyroom-s",
  "$JS.API.STREAM.MSG.DELETE.tallyroom-s",
  "$JS.API.STREAM.NAMES",
  "$JS.API.STREAM.SNAPSHOT.tallyroom-s",
  "$JS.API.STREAM.RESTORE.tallyroom-s",
  "$JS.API.STREAM.LEADER.STEPDOWN.tallyroom-s",
  "$JS.API.CONSUMER.CREATE.tallyroom-s",
  "$JS.API.CONSUMER.MSG.NEXT.tallyroom-s.x",
] as const
const FOR_BOTH = ["tallyroom.s.1.voter.0", "$JS.API.DIRECT.GET.tallyroom-s"] as const
const FOR_VOTE = [`${IMPORTED_API}.STREAM.MSG.GET.tallyroom-s`] as const
/** The server's own, and what others are answered. */
const FOR_NOBODY = ["$SYS.REQ.SERVER.PING", "_INBOX.another", "other"] as const

const ballotOf = (poll: Poll, who: string, option: string) => ({
  ...{ shard: 0, pollId: poll.id, poll, pollAskedAt: elapsedNow(), terms: termsOf(poll) },
  ...{ voter: who, option },
})

const passwords = { vote: crypto.randomUUID(), worker: crypto.randomUUID() }

/** The users of an installation that was made by an earlier version, and is kept by each later one. */
const EARLIER_USERS = `authorization {
  users: [
    { user: vote, password: "${passwords.vote}", permissions: { publish: {"allow":["tallyroom.>","$JS.API.DIRECT.GET.>","$JS.API.STREAM.MSG.GET.>"],"deny":["tallyroom.*.stops.>","tallyroom.*.notes.>","tallyroom.*.first"]}, subscribe: ["_INBOX.>"] } }
    { user: worker, password: "${passwords.worker}", permissions: { publish: {"allow":["tallyroom.>","$JS.API.>"]}, subscribe: ["_INBOX.>"] } }
  ]
}
`

/** A NATS with these users, and both sides of the inbox, each as its own user. */
async function startWith({ defer }: OwnStores, users: string) {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-nats-"))
  defer(() => rmSync(dir, { recursive: true, force: true }))
  const nats = await startNats({ dir, users })
  defer(() => nats.stop())
  const urlOf = (user: "vote" | "worker") => `nats://${user}:${passwords[user]}@127.0.0.1:${nats.port}`
  const denied: string[] = []
  const onError = ({ message }: Error) => void denied.push(message)
  const admin = new NatsAdmin(() => ({ url: urlOf("worker") }), 1, { onError })
  const publisher = new NatsPublisher(() => ({ url: urlOf("vote") }), { onError })
  for (const client of [admin, publisher]) defer(() => client.close())
  await becomes(async () => [admin.problem(), publisher.problem()], [null, null])
  return { urlOf, admin, publisher, denied }
}

describe.each([
  ["these users", natsUsers(passwords)],
  ["the users of an earlier version", EARLIER_USERS],
])("with %s", (_, users) => {
  test("both sides of the inbox may do all that they need", async () => {
    const { admin, publisher, denied } = await startWith(stores(), users)
    await admin.create("needs")
    const poll = examplePoll({ policy: "changeable" })
    const ann = ballotOf(poll, voter("ann"), "a")
    const take = (option: string) => publisher.append("needs", { ...ann, option }, Date.now(), 0)
    await becomes(async () => (await take("a")).kind, "same")
    expect(await take("b")).toMatchObject({ kind: "accepted" })
    expect(await publisher.standing("needs", ann, 0)).toMatchObject({ option: "b" })
    const final = ballotOf(examplePoll({ number: 2 }), voter("bob"), "a")
    await publisher.append("needs", final, Date.now(), 0)
    expect(await publisher.append("needs", { ...final, option: "b" }, Date.now(), 0)).toMatchObject({
      kind: "stands",
      option: "a",
    })
    const stop = { poll: 2, stop: 1 }
    await admin.append("needs", [{ text: encodeStopMarker(stop), stop, proof: "proof" }])
    const read = () => admin.reader("needs").read(START, 10, 0)
    await becomes(async () => (await read()).length, 5)
    expect((await read()).at(-1)).toMatchObject({ stopMarker: stop, proof: "proof" })
    expect(await admin.stillHas("needs", 1, (text) => text === "tallyroom")).toBe(true)
    await admin.forgetBallots("needs", [{ ms: 0, seq: 4 }])
    await admin.forgetPoll("needs", poll.number)
    await becomes(async () => (await read()).length, 2)
    expect(await admin.renewLimits("needs")).toBe(false)
    await admin.remove("needs")
    expect(await admin.look("needs")).toBeNull()
    expect(denied).toEqual([])
  })
})

describe("with these users", () => {
  let nats: Awaited<ReturnType<typeof startWith>>
  beforeAll(async () => {
    nats = await startWith(stores(), natsUsers(passwords))
  })

  test("vote writes ballots and reads a voter's, and makes, ends and empties nothing", async () => {
    const deniedTo = async (user: "vote" | "worker", subjects: readonly string[]) => {
      const denied = await Promise.all(
        subjects.map((subject) => isDenied(nats.urlOf(user), `PUB ${subject}`)),
      )
      return subjects.filter((_, i) => denied[i])
    }
    expect(await deniedTo("vote", [...WORKERS_ALONE, ...FOR_BOTH, ...FOR_VOTE])).toEqual([...WORKERS_ALONE])
    expect(await deniedTo("worker", [...WORKERS_ALONE, ...FOR_BOTH])).toEqual([])
    for (const user of ["vote", "worker"] as const) {
      expect(await deniedTo(user, FOR_NOBODY)).toEqual([...FOR_NOBODY])
      expect(await isDenied(nats.urlOf(user), "SUB tallyroom.>")).toBe(true)
    }
  })

  test("vote moves nothing by the subject at which it asks for an answer", async () => {
    const { admin, urlOf } = nats
    await admin.create("asked")
    const marker = encodeStopMarker({ poll: 1, stop: 1 })
    await admin.append("asked", [{ text: marker, ballot: { poll: 1, voter: voter("thief") } }])
    const { length } = (await admin.look("asked")) ?? {}
    const requests = [
      ["$JS.API.DIRECT.GET.tallyroom-asked", '{"seq":2}'],
      ["$JS.API.DIRECT.GET.tallyroom-asked", '{"seq":99}'],
      [`${IMPORTED_API}.STREAM.MSG.GET.tallyroom-asked`, '{"seq":2}'],
    ]
    const goals = [
      ...["tallyroom.asked.stops.1.1.x", "tallyroom.asked.notes.x", "tallyroom.asked.1.x.0"],
      ...["STREAM.PURGE", "STREAM.MSG.DELETE", "STREAM.DELETE"].map((it) => `$JS.API.${it}.tallyroom-asked`),
    ]
    for (const goal of goals) {
      for (const [subject = "", text] of requests) await publishFor(urlOf("vote"), subject, goal, text)
    }
    // NATS answers over the same way, and so after all of these.
    await publishFor(urlOf("vote"), "tallyroom.asked.2.after.0", "$JS.API.STREAM.DELETE.tallyroom-asked", "x")
    await becomes(() => admin.look("asked"), { length: Number(length) + 1, wasEmptied: false })
    const texts = (await admin.reader("asked").read(START, 10, 0)).map(({ raw }) => raw)
    expect(texts).toEqual(["tallyroom", marker, "x"])
  })

  test("neither hears what NATS answers the other", async () => {
    const { admin, publisher, urlOf } = nats
    await admin.create("heard")
    const ballot = ballotOf(examplePoll(), voter("ann"), "a")
    const readAndWrite = async () => {
      await becomes(async () => (await publisher.append("heard", ballot, Date.now(), 0)).kind, "same")
      await becomes(async () => (await admin.reader("heard").read(START, 10, 0)).length, 2)
    }
    // Each hears its own, so that what is not heard of the other shows something.
    const ofVote = await heardAnswers(urlOf("vote"), readAndWrite)
    expect(ofVote).toMatch(/MSG _INBOX\.vote\./)
    expect(ofVote).not.toMatch(/MSG _INBOX\.worker\./)
    const ofWorker = await heardAnswers(urlOf("worker"), readAndWrite)
    expect(ofWorker).toMatch(/MSG _INBOX\.worker\./)
    expect(ofWorker).not.toMatch(/MSG _INBOX\.vote\./)
  })

  test("a marker that stands where vote may write ends no poll", async () => {
    const { admin } = nats
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

  test("what is greater than any ballot is not kept, in a stream of an earlier version either", async () => {
    const { admin, urlOf } = nats
    const large = [{ text: "x".repeat(2_000) }]
    await admin.create("small")
    await expect(admin.append("small", large)).rejects.toThrow(/message size exceeds/)
    const earlier = {
      ...{ name: "tallyroom-earlier", subjects: ["tallyroom.earlier.>"], storage: "file", num_replicas: 1 },
      ...{ retention: "limits", max_consumers: -1, max_msgs: -1, max_bytes: -1, max_age: 0 },
      ...{ max_msgs_per_subject: 1, discard: "new", discard_new_per_subject: true },
    }
    const made = await askJetStream(urlOf("worker"), "STREAM.CREATE.tallyroom-earlier", earlier)
    expect(made).toMatchObject({ config: { max_msg_size: -1 } })
    await admin.append("earlier", large)
    expect(await admin.renewLimits("earlier")).toBe(true)
    await expect(admin.append("earlier", large)).rejects.toThrow(/message size exceeds/)
    expect(await admin.renewLimits("earlier")).toBe(false)
    const { config } = (await askJetStream(urlOf("worker"), "STREAM.INFO.tallyroom-earlier")) as {
      config: object
    }
    expect(config).toMatchObject({ ...earlier, max_msg_size: 1_024, allow_direct: true })
  })
})
