/** A backup that is put back in one transaction: the same Postgres, the same positions, and numbers of polls that are given again. */

import { expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { takeBackup } from "../harness/backup"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { inEveryShard, makePoll, openBooth, openPoll, voter } from "../harness/tallyroom"

const stores = useStores()

test("no ballot of a poll that is gone counts for one that was made since", async () => {
  const { sql, ready } = await startWorker(stores())
  await ready()
  const booth = await openBooth(stores())
  const backup = await takeBackup(sql)
  await openPoll(sql, booth.redis, "vanished")
  const number = await booth.redis.hget(keys.poll(0, "vanished"), "number")
  await backup.restore()
  await makePoll(sql, "since")
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      booth.cast("vanished", voter(`v${i}`), "b").catch(() => ({ kind: "away" })),
    ),
  )
  expect(answers.some(({ kind }) => kind === "accepted")).toBe(true)
  await inEveryShard(booth.redis, "since")
  expect(await booth.redis.hget(keys.poll(0, "since"), "number")).not.toBe(number)
  const [who] = [voter("late")]
  await becomes(
    async () => (await booth.cast("since", who, "a").catch(() => ({ kind: "away" }))).kind,
    "accepted",
  )
  const tallies = () => sql`
    SELECT option, sum(votes)::integer AS votes FROM tallies JOIN polls ON number = poll WHERE id = 'since' GROUP BY option`
  await becomes(async () => [...(await tallies())], [{ option: "a", votes: 1 }])
  await becomes(() => booth.redis.xlen(keys.inbox(0)), 0)
  expect([...(await tallies())]).toEqual([{ option: "a", votes: 1 }])
  for (let shard = 0; shard < 4; shard++)
    expect(await booth.redis.exists(keys.poll(shard, "vanished"))).toBe(0)
}, 60_000)
