/** Files of a store that lost their end, or in which a bit turned. */

import {
  closeSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { outputOf } from "../../services/processes/output-of"
import { ensureTool } from "../../services/tools/tools"
import type { Random } from "../random"
import { type Fault, type Ground, serversOf, storeOf } from "./fault"

/** Enough for some ballots. */
const TORN_BYTES = [1, 2_000] as const
/** So far from the end of its file a bit may turn. */
const FLIPPED_WITHIN = 20_000
const nothing = async () => {}

export const byteFaults: readonly Fault[] = [
  {
    ...{ name: "torn file", weight: 1, lasts: [0, 0], harm: "unseen", targets: () => ["redis"] },
    begin: async ({ redis }, _, random) => {
      let bytes = 0
      await redis.damage(async () => {
        bytes = tearEnd(newestAof(redis.data), random.whole(...TORN_BYTES))
      })
      return {
        note: `redis is killed, and its append-only file loses its last ${bytes} bytes`,
        end: nothing,
      }
    },
  },
  {
    ...{ name: "flipped byte", weight: 1, lasts: [0, 0], harm: "unseen", targets: () => ["redis"] },
    begin: async ({ redis }, _, random) => {
      let where = ""
      let said = ""
      await redis.damage(
        async () => {
          where = flip(newestAof(redis.data), random, beginsOfParts)
        },
        async () => {
          said = await mendAof(redis.data)
        },
      )
      const mended = said === "" ? "it starts all the same" : `redis-check-aof --fix cuts off ${said} bytes`
      return {
        note: `redis is killed, and a bit turns ${where} of its append-only file; ${mended}`,
        end: nothing,
      }
    },
  },
  {
    ...{ name: "flipped message", weight: 1, lasts: [0, 0], harm: "unseen" },
    targets: (ground: Ground) => serversOf(ground),
    begin: async (system, target, random) => {
      const store = storeOf(system, target)
      let [damaged, where, mended] = ["", "", ""]
      await store.damage(
        async () => {
          damaged = random.pick(messageFiles(store.data))
          where = flip(damaged, random, everyByte)
        },
        async () => {
          mended = `; it does not start before ${moveAside(damaged)}`
        },
      )
      return {
        note: `${target} is killed, and a bit turns ${where} of a file of messages${mended}`,
        end: nothing,
      }
    },
  },
]

/**
 * What an operator does when NATS reads a damaged stream for ever (docs/inboxes.md). RabbitMQ never did.
 * @param file of the messages @returns what was done, in words
 */
function moveAside(file: string): string {
  const stream = dirname(dirname(file))
  const isStream = basename(dirname(stream)) === "streams"
  if (!isStream) throw new Error(`${file} is in no stream of NATS, so nobody knows how to mend it`)
  rmSync(stream, { recursive: true })
  return "the folder of that stream is gone"
}

/** Cuts the end off a file. @returns how many bytes */
function tearEnd(file: string, wanted: number): number {
  const { size } = statSync(file)
  const bytes = Math.min(size, wanted)
  truncateSync(file, size - bytes)
  return bytes
}

/** The newest part of an append-only file. */
function newestAof(folder: string): string {
  const parts = readdirSync(folder).filter((name) => name.endsWith(".incr.aof"))
  const newest = parts
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0]
  if (newest === undefined) throw new Error(`there is no append-only file in ${folder}`)
  return newest
}

/**
 * What NATS (.blk) or RabbitMQ (.segment) keeps messages in. RabbitMQ has files of that name for its coordinator of streams, too:
 * one bit of them, and no stream ever comes back (3.10.8).
 */
function messageFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(blk|segment)$/.test(name) && !name.includes("/coordination/"))
    .map((name) => join(folder, name))
    .filter((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0)
}

/** Turns one bit near the end of a file. @returns where, in words */
function flip(file: string, random: Random, placesIn: (bytes: Buffer) => number[]): string {
  const { size } = statSync(file)
  const bytes = Buffer.alloc(Math.min(size, FLIPPED_WITHIN))
  const begin = size - bytes.length
  const handle = openSync(file, "r+")
  try {
    readSync(handle, bytes, 0, bytes.length, begin)
    const place = random.pick(placesIn(bytes))
    const turned = (bytes[place] ?? 0) ^ (1 << random.whole(0, 7))
    writeSync(handle, Buffer.of(turned), 0, 1, begin + place)
    return `${bytes.length - place} bytes before the end`
  } finally {
    closeSync(handle)
  }
}

const everyByte = (bytes: Buffer) => [...bytes.keys()]

/**
 * Where a command or a part of one begins in an append-only file: the signs in front of what is in them. A bit that turns within a value
 * is one that Redis takes for another value, as its file has no checksums.
 */
function beginsOfParts(bytes: Buffer): number[] {
  const text = bytes.toString("latin1")
  return [...text.matchAll(/(?<=\r\n)[*$](?=\d+\r\n)/g)].map(({ index }) => index)
}

/** What an operator does when Redis does not start (docs/operations.md). @returns how many bytes that cut off */
async function mendAof(folder: string): Promise<string> {
  const program = await ensureTool("redis-check-aof")
  const manifest = readdirSync(folder).find((name) => name.endsWith(".manifest"))
  if (manifest === undefined) throw new Error(`there is no manifest in ${folder}`)
  const { code, out, err } = await outputOf(
    Bun.spawn([program, "--fix", join(folder, manifest)], {
      stdin: new Blob(["y\n"]),
      stdout: "pipe",
      stderr: "pipe",
    }),
  )
  if (code !== 0) throw new Error(`redis-check-aof ended with code ${code}: ${out}${err}`)
  return /, with (\d+) bytes/.exec(out)?.[1] ?? "no"
}
