/** The ballots of final polls, downloaded as anybody may, and read and counted again by other people's programs. */

import { beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { type ResultApp, startResultApp } from "../../apps/result/testing/result"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"
import { openBooth, openPoll, voter } from "../harness/tallyroom"
import { type ByPreflib, ensurePrograms, readByPreflib } from "./count-others/programs"

const programs = await ensurePrograms("preflibtools")
const stores = useStores()
const POLLS = 6
const VOTERS = 40
const OPTIONS = ["a", "b", "c", "d"].map((id) => ({ id, label: id.toUpperCase() }))
const STAR = { rule: "star", seats: 1, quorum: 0 } as const

/** A tie for the second place in the runoff, and one in it. */
const TIES = [
  ["A5B2C1", "A5B1C2"],
  ["A5B3", "A3B5", "C1"],
]

describe.skipIf(typeof programs === "string")(
  `ballots as files${typeof programs === "string" ? ` (skipped: ${programs})` : ""}`,
  () => {
    let sql: Awaited<ReturnType<typeof startWorker>>["sql"]
    let booth: Awaited<ReturnType<typeof openBooth>>
    let result: ResultApp

    beforeAll(async () => {
      const worker = await startWorker(stores())
      await worker.ready()
      sql = worker.sql
      booth = await openBooth(stores())
      result = await startResultApp(stores())
      await result.listening()
    }, 60_000)

    /** Has these ballots cast in a poll, and ends it. */
    async function vote(id: string, poll: Partial<Poll>, texts: readonly string[]): Promise<void> {
      await openPoll(sql, booth.redis, id, { options: OPTIONS, ...poll })
      for (const [i, text] of texts.entries()) await booth.cast(id, voter(`${id}${i}`), text)
      await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = ${id}`
    }

    async function read(ids: readonly string[]): Promise<ByPreflib[]> {
      if (typeof programs === "string") return []
      const folder = await mkdtemp(join(tmpdir(), "tallyroom-ballots-"))
      const paths = ids.map((id) => join(folder, `${id}.cat`))
      for (const [i, id] of ids.entries()) {
        const file = await waitFor(`the file of ${id}`, async () => {
          const answer = await result.get(`/api/polls/${id}/ballots.cat`)
          return answer.status === 200 && answer.text()
        })
        await Bun.write(paths[i] ?? "", file)
      }
      return readByPreflib(programs.pythons.preflibtools, paths)
    }

    test("starvote counts the file of a poll that rates as Tallyroom has counted the poll, ties included", async () => {
      const rating = () => (Math.random() < 0.25 ? null : Math.floor(Math.random() * 6))
      const byChance = () => {
        const said = ["A", "B", "C", "D"].map((place) => [place, rating()] as const)
        const text = said.map(([place, it]) => (it === null ? "" : `${place}${it}`)).join("")
        return text || "A0"
      }
      const cast = [...Array.from({ length: POLLS }, () => Array.from({ length: VOTERS }, byChance)), ...TIES]
      const ids = cast.map((_, i) => `rated${i}`)
      for (const [i, id] of ids.entries())
        await vote(id, { ballot: { method: "rate", highest: 5, abstain: true }, decision: STAR }, [
          ...(cast[i] ?? []),
          "-",
        ])
      const theirs = await read(ids)
      expect(theirs.slice(POLLS).map(({ star }) => star?.tied)).toEqual([
        ["B", "C"],
        ["A", "B"],
      ])
      for (const [i, { star, voters, unique, categories, alternatives }] of theirs.entries()) {
        const { outcome } = await (await result.get(`/api/polls/${ids[i]}/outcome`)).json()
        const named = (of: string[]) => of.map((id) => id.toUpperCase()).sort()
        expect({ cast: cast[i], winner: named(outcome.winners), tied: named(outcome.tied) }).toEqual({
          ...{ cast: cast[i], winner: star?.winner == null ? [] : [star.winner], tied: star?.tied ?? [] },
        })
        expect([voters, unique]).toEqual([cast[i]?.length ?? 0, new Set(cast[i]).size])
        expect([categories, alternatives]).toEqual([
          ["5", "4", "3", "2", "1", "0"],
          ["A", "B", "C", "D"],
        ])
      }
    }, 120_000)

    test("preflibtools reads what ballots choose, and what they rate by the mean", async () => {
      const any = { method: "choose", min: 1, max: "all", abstain: true } as const
      await vote("approval", { ballot: any }, ["AC", "AC", "ABCD", "B", "-"])
      await vote("means", { ballot: { method: "rate", highest: 1, abstain: false } }, ["A1C0", "A1C0", "B1"])
      const [approval, means] = await read(["approval", "means"])
      expect(approval).toMatchObject({ voters: 4, categories: ["Chosen", "Not chosen"] })
      expect(approval?.ballots).toEqual([
        [
          2,
          [
            [1, 3],
            [2, 4],
          ],
        ],
        [1, [[1, 2, 3, 4], []]],
        [1, [[2], [1, 3, 4]]],
      ])
      expect(means?.ballots).toEqual([
        [2, [[1], [3]]],
        [1, [[2], []]],
      ])
    }, 60_000)
  },
)
