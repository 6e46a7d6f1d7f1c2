/** What each user of RabbitMQ may do, by a real server with the users that the credentials give. */

import { beforeAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { START } from "@tallyroom/lib/ballots/ballot"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import { RabbitAdmin } from "@tallyroom/lib/inbox/rabbitmq/admin"
import { Rabbit } from "@tallyroom/lib/inbox/rabbitmq/connection"
import { Sender } from "@tallyroom/lib/inbox/rabbitmq/send"
import { encodeStopMarker } from "@tallyroom/lib/inbox/stream/entries"
import { rabbitmqDefinitions } from "../../apps/worker/credentials/rabbitmq-users"
import { startRabbitmq } from "../../scripts/services/stores/rabbitmq"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"

const START_MS = 120_000
const stores = useStores()
const passwords = { vote: crypto.randomUUID(), worker: crypto.randomUUID() }
const STREAM = "s"
const queue = `tallyroom.${STREAM}`
/** Somebody else's, in the same virtual host. */
const OTHERS = "others"

let admin: RabbitAdmin
let vote: Rabbit
let worker: Rabbit

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-rabbitmq-"))
  stores().defer(() => rmSync(dir, { recursive: true, force: true }))
  const server = await startRabbitmq({ dir })
  stores().defer(() => server.stop())
  const file = join(dir, "definitions.json")
  writeFileSync(file, rabbitmqDefinitions(passwords))
  await server.control("import_definitions", file)
  const accessOf = (user: "vote" | "worker") => () => ({
    url: `amqp://${user}:${passwords[user]}@127.0.0.1:${server.port}`,
  })
  const owner = new Rabbit(() => ({ url: server.url }), {})
  vote = new Rabbit(accessOf("vote"), {})
  worker = new Rabbit(accessOf("worker"), {})
  admin = new RabbitAdmin(accessOf("worker"), {})
  for (const client of [owner, vote, worker, admin]) stores().defer(() => client.close())
  await becomes(
    async () => [owner, vote, worker, admin].map((client) => client.problem()),
    Array(4).fill(null),
  )
  await admin.create(STREAM)
  await owner.get().queueDeclare({ queue: OTHERS, durable: true })
}, START_MS)

/** What of this RabbitMQ refuses to this user for lack of a right. */
async function refusedTo(user: Rabbit): Promise<string[]> {
  const connection = user.get()
  const all: Record<string, () => Promise<unknown>> = {
    "make a stream": () =>
      connection.queueDeclare({
        queue: "tallyroom.made",
        durable: true,
        arguments: { "x-queue-type": "stream" },
      }),
    "make a queue": () => connection.queueDeclare({ queue: "made" }),
    "make a queue of its own": () => connection.queueDeclare({ exclusive: true }),
    "make an exchange": () => connection.exchangeDeclare({ exchange: "made", type: "fanout" }),
    "delete an exchange": () => connection.exchangeDelete({ exchange: "made" }),
    "bind a queue": () => connection.queueBind({ queue, exchange: "amq.topic" }),
    "bind an exchange": () => connection.exchangeBind({ destination: "amq.topic", source: "amq.fanout" }),
    "write to an exchange": () => publish(user, { exchange: "amq.topic", routingKey: queue }),
    "write as another user": () => publish(user, { routingKey: queue, userId: "guest" }),
    "take from another queue": () => connection.basicGet({ queue: OTHERS }),
    "empty another queue": () => connection.queuePurge({ queue: OTHERS }),
    "delete another queue": () => connection.queueDelete({ queue: OTHERS }),
    "read a stream": () => consume(user, queue),
    "read another queue": () => consume(user, OTHERS),
    "empty a stream": () => connection.queuePurge({ queue }),
    "delete a stream": () => connection.queueDelete({ queue: "tallyroom.made" }),
    "write a ballot": () => publish(user, { routingKey: queue }),
    "see how long a stream is": () => connection.queueDeclare({ queue, passive: true }),
  }
  const refused: string[] = []
  for (const [what, attempt] of Object.entries(all)) {
    const error: unknown = await attempt().then(
      () => null,
      (reason) => reason,
    )
    if (error instanceof Error && /ACCESS_REFUSED|PRECONDITION_FAILED - user_id/.test(error.message))
      refused.push(what)
  }
  return refused
}

async function publish(user: Rabbit, envelope: object): Promise<void> {
  const publisher = user.get().createPublisher({ confirm: true, maxAttempts: 1 })
  await publisher.send({ durable: true, ...envelope }, "no ballot").finally(() => publisher.close())
}

async function consume(user: Rabbit, from: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const options = { queue: from, queueOptions: { passive: true }, qos: { prefetchCount: 1 }, lazy: true }
  const consumer = user.get().createConsumer(options, async () => {})
  consumer.on("ready", resolve)
  consumer.on("error", reject)
  consumer.start()
  await promise.finally(() => consumer.close())
}

const OF_OTHERS = [
  ...["make a queue", "make a queue of its own", "make an exchange", "delete an exchange"],
  ...["bind a queue", "bind an exchange", "write to an exchange", "write as another user"],
  ...["take from another queue", "empty another queue", "delete another queue", "read another queue"],
]

test("vote writes ballots and sees how many wait, and reads, makes, empties and deletes nothing", async () => {
  const refused = await refusedTo(vote)
  const streams = ["make a stream", "read a stream", "empty a stream", "delete a stream"]
  expect(refused.toSorted()).toEqual([...OF_OTHERS, ...streams].toSorted())
})

test("a worker makes, reads and deletes streams of Tallyroom, and nothing else", async () => {
  // That a stream can't be emptied by anybody is no matter of rights.
  expect((await refusedTo(worker)).toSorted()).toEqual(OF_OTHERS.toSorted())
})

test("what vote forges in a message's headers moves no reader, and shows no worker", async () => {
  const marker = encodeStopMarker({ poll: 1, stop: 1 })
  const forged = [{ "x-stream-offset": 1_000_000 }, { "x-amqp-1.0-properties": "worker" }, { proof: 7 }]
  const publisher = vote.get().createPublisher({ confirm: true, maxAttempts: 1 })
  for (const headers of forged) await publisher.send({ routingKey: queue, durable: true, headers }, marker)
  await publisher.close()
  const sender = new Sender(vote)
  await sender.send(STREAM, { text: "the last" }, (confirmed) => confirmed)
  await sender.close()
  const reader = admin.reader(STREAM)
  const entries: Entry[] = []
  await becomes(async () => {
    entries.push(...(await reader.read(entries.at(-1)?.position ?? START, 1_000, 1_000)))
    return entries.at(-1)?.raw
  }, "the last")
  await reader.close()
  expect(entries.map(({ position }) => position.seq)).toEqual(entries.map((_, i) => i + 1))
  expect(entries.slice(-4).map(({ raw }) => raw)).toEqual([marker, marker, marker, "the last"])
  expect(entries.filter(({ proof }) => proof !== undefined)).toEqual([])
})
