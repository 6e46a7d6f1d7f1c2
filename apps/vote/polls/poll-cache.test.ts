import { expect, test } from "bun:test"
import { InboxAway } from "@tallyroom/lib/inbox/contract"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { examplePoll } from "../testing/vote"
import { PollCache } from "./poll-cache"

function cacheOf(...polls: Poll[]) {
  const asked: string[] = []
  const cache = new PollCache({
    async poll(id) {
      asked.push(id)
      return polls.find((poll) => poll.id === id) ?? null
    },
    index: () => Promise.reject(new InboxAway("no worker has opened the inbox yet")),
  })
  return { cache, asked }
}

const kindOf = (reading: Promise<unknown>) => reading.then(String, (error) => error.kind ?? error.name)

test("all readers of a moment share one question for a poll", async () => {
  const { cache, asked } = cacheOf(examplePoll())
  await Promise.all([cache.poll("pets"), cache.poll("pets")])
  expect((await cache.poll("pets")).title).toBe("Cats or dogs?")
  expect(asked).toEqual(["pets"])
})

test("a flood of made-up ids pushes no poll out, and is remembered only in part", async () => {
  const { cache, asked } = cacheOf(examplePoll())
  await cache.poll("pets")
  for (let i = 0; i < 1_500; i++) expect(await kindOf(cache.poll(`flood-${i}`))).toBe("poll-unknown")
  asked.length = 0
  await cache.poll("pets")
  await kindOf(cache.poll("flood-1499"))
  await kindOf(cache.poll("flood-0"))
  expect(asked).toEqual(["flood-0"])
})

test("a text that can't be an id is not asked for", async () => {
  const { cache, asked } = cacheOf()
  for (const id of ["", "Pets", "a".repeat(65), "}:gate", "a\n"]) {
    expect(await kindOf(cache.poll(id))).toBe("poll-unknown")
  }
  expect(asked).toEqual([])
})

test("readiness can say why there is no index", async () => {
  const { cache } = cacheOf()
  expect(await kindOf(cache.index())).toBe("InboxAway")
  expect(cache.indexFailure).toBe("no worker has opened the inbox yet")
})
