import { expect, test } from "bun:test"
import { retentionNotice } from "./retention-notice"

const RETENTION = { ageMs: 3_600_000, bytes: 100_000_000 }

test("where a broker holds the ballots, a worker says that the setting has no effect, and how long they are kept", () => {
  const said = (url: string) => retentionNotice(url, RETENTION)
  const counts = "counted or not, and a Postgres that comes back older counts them again (docs/inboxes.md)"
  const begins = "INBOX_RETENTION has no effect: it is for an inbox on Redis."
  expect(said("nats://nats:4222")).toBe(
    `${begins} NATS keeps each poll's ballots until it has been final for a day, ${counts}`,
  )
  expect(said("amqp://rabbitmq:5672")).toBe(`${begins} RabbitMQ keeps ballots for 30 days, ${counts}`)
})

test("nothing is said where Redis holds them, or the setting is off", () => {
  expect(retentionNotice("", RETENTION)).toBeNull()
  expect(retentionNotice("nats://nats:4222", null)).toBeNull()
})
