/** The plan of a run: what its seed and its wishes make of it. */

import { describe, expect, setDefaultTimeout, test } from "bun:test"
import { type PlanWishes, planOf } from "../../scripts/prove/faults/plan"

// A second of work, which takes its time on a busy machine.
setDefaultTimeout(30_000)

const HOUR_S = 3_600
/** Together they have each fault. */
const SEEDS = [1, 2, 3, 4, 5, 6]

/** Each fault of long plans with its target, and its harm where that is not none. */
function plannedIn(wishes: Pick<PlanWishes, "inbox"> & Partial<PlanWishes>): Set<string> {
  const plan = SEEDS.flatMap((seed) =>
    planOf({ seed, seconds: HOUR_S, harm: "unseen", without: [], ...wishes }),
  )
  return new Set(
    plan.map(({ fault, target }) => {
      return `${fault.name}: ${target}${fault.harm === "none" ? "" : `, ${fault.harm}`}`
    }),
  )
}

/** Whatever holds the ballots. */
const ALWAYS = [
  ...["vote 1", "worker 2", "result 1", "redis", "postgres"].flatMap((it) => [
    `kill: ${it}`,
    `restart: ${it}`,
    `freeze: ${it}`,
  ]),
  "kill: everything",
  "no worker: both workers",
  "cut: vote 1 → redis",
  "delay: worker 1 → postgres",
  "throttle: vote 2 → redis",
  "silence: vote 1 → redis",
  "one-way: result 1 → postgres",
  "pieces: worker 2 → redis",
  "cut off: redis",
  "cut off: postgres",
  "full memory: redis",
  "full disk: machine",
  "no connections: postgres",
  "read-only: postgres",
  "logins refused: redis",
  "logins refused: postgres",
  "clock moved: clock of vote 1",
  "clock moved: clock of worker 2",
  "clock moved: clock of redis",
  "power cut: machine",
  "emptied: redis, books",
  "emptied while ballots wait: redis, books",
  "emptied while nothing waits: redis, books",
  "torn file: redis, unseen",
  "flipped byte: redis, unseen",
  "older volume: redis, unseen",
  "older volume: postgres, unseen",
]
const AT_BROKER = (it: string) => [`kill: ${it}`, `restart: ${it}`, `freeze: ${it}`, `cut: vote 1 → ${it}`]
/** What NATS alone on a machine may lose with it. */
const ALONE = ["full disk: machine, books", "power cut: machine, books"]

describe("the plan of a proof", () => {
  test("does to Redis all that its kind knows, and nothing to a broker", () => {
    const planned = plannedIn({ inbox: "redis" })
    for (const fault of ALWAYS) expect(planned).toContain(fault)
    expect([...planned].filter((it) => /nats|rabbitmq|broker/.test(it))).toEqual([])
  })

  test("does to NATS and to the Redis beside it", () => {
    const planned = plannedIn({ inbox: "nats" })
    const own = [
      "purged: nats, books",
      "streams deleted: nats, books",
      "logins refused: nats",
      "cut off: nats",
    ]
    const expected = ALWAYS.filter((it) => !it.endsWith(": machine"))
    for (const fault of [...expected, ...AT_BROKER("nats"), ...own, ...ALONE])
      expect(planned).toContain(fault)
    expect([...planned].filter((it) => /partitioned|leader/.test(it))).toEqual([])
  })

  test("parts one of three servers of NATS from the others, and kills the one that leads", () => {
    const planned = plannedIn({ inbox: "nats", nodes: 3 })
    const own = ["leader killed: nats leader", "streams deleted: nats, books", "logins refused: nats"]
    const each = [1, 2, 3].flatMap((n) => [`partitioned: nats ${n}`, ...AT_BROKER(`nats ${n}`)])
    for (const fault of [...ALWAYS, ...own, ...each]) expect(planned).toContain(fault)
    expect([...planned].filter((it) => /(: |→ )nats$/.test(it) && !it.startsWith("cut off"))).toEqual([
      "logins refused: nats",
    ])
  })

  test("does to RabbitMQ and to the Redis beside it", () => {
    const planned = plannedIn({ inbox: "rabbitmq" })
    const own = ["streams deleted: rabbitmq, books", "logins refused: rabbitmq", "cut off: rabbitmq"]
    for (const fault of [...ALWAYS, ...AT_BROKER("rabbitmq"), ...own]) expect(planned).toContain(fault)
    expect([...planned].filter((it) => /purged|partitioned|leader/.test(it))).toEqual([])
  })

  test("has a standby of Postgres and a replica of Redis take over, and leaves out what may lose a vote", () => {
    const planned = plannedIn({ inbox: "redis", failover: true, harm: "none" })
    const each = ["postgres 1", "postgres 2", "redis 1", "redis 3"].flatMap((it) => [
      ...[`kill: ${it}`, `restart: ${it}`, `freeze: ${it}`],
    ])
    const ways = ["cut: worker 1 → postgres 2", "silence: result 2 → postgres 1", "cut: everyone → redis 2"]
    const whole = ["cut off: postgres", "cut off: redis", "read-only: postgres", "logins refused: postgres"]
    const atPrimary = ["primary lost", "switchover", "old primary back", "primary passed by"]
    const atMaster = [
      "master lost",
      "switchover",
      "old master back",
      "master passed by",
      "master goes on",
      "replicas parted",
    ]
    const failovers = [
      ...atPrimary.map((it) => `${it}: postgres primary`),
      ...[...atMaster, "replica lost"].map((it) => `${it}: redis master`),
    ]
    for (const fault of [...each, ...ways, ...whole, ...failovers, "power cut: machine"])
      expect(planned).toContain(fault)
    const single =
      /^(kill|freeze): (postgres|redis)$|→ (postgres|redis)$|everything|emptied|, (books|unseen)$/
    expect([...planned].filter((it) => single.test(it))).toEqual([])
    const usual = plannedIn({ inbox: "redis" })
    expect(failovers.filter((it) => usual.has(it))).toEqual([])
  })

  test("has replicas of a Redis Cluster take over, moves its slots, and leaves out what may lose a vote", () => {
    const planned = plannedIn({ inbox: "redis-cluster", harm: "none" })
    const each = ["redis 1", "redis 6", "postgres"].flatMap((it) => [
      ...[`kill: ${it}`, `restart: ${it}`, `freeze: ${it}`],
    ])
    const ways = ["cut: everyone → redis 2", "silence: nodes → redis 5", "delay: worker 1 → postgres"]
    const whole = ["cut off: redis", "full memory: redis", "logins refused: redis", "kill: everything"]
    const machine = ["full disk: machine", "power cut: machine", "clock moved: clock of redis 1"]
    const own = [
      ...["master lost", "old master back", "master passed by", "master goes on", "switchover"],
      ...["replica parted", "replica lost", "replica away", "slot moved"],
    ].map((it) => `${it}: redis cluster`)
    for (const fault of [...each, ...ways, ...whole, ...machine, ...own]) expect(planned).toContain(fault)
    expect(
      [...planned].filter((it) => /: redis$|→ redis$|emptied|, (books|unseen)$/.test(it)).toSorted(),
    ).toEqual(whole.filter((it) => it.endsWith("redis")).toSorted())
    for (const failover of [false, true]) {
      const others = plannedIn({ inbox: "redis", failover })
      expect(own.filter((it) => others.has(it))).toEqual([])
    }
    const failover = plannedIn({ inbox: "redis-cluster", failover: true, harm: "none" })
    for (const fault of [...own, "primary lost: postgres primary"]) expect(failover).toContain(fault)
    expect([...failover].filter((it) => it.endsWith("redis master"))).toEqual([])
  })

  test.each([
    ["sentinels", { inbox: "redis", failover: true }],
    ["a cluster", { inbox: "redis-cluster" }],
  ] as const)(
    "does one thing at a time to the servers of Redis with %s, of which one may be lost",
    (_, wishes) => {
      const plan = planOf({ seed: 9, seconds: HOUR_S, harm: "none", without: [], ...wishes })
      const atRedis = plan.filter(
        ({ target }) => /^((everyone|nodes) → |clock of )?redis/.test(target) && target !== "clock of redis",
      )
      expect(atRedis.length).toBeGreaterThan(100)
      const overlapping = atRedis.filter(({ at }, i) =>
        atRedis.slice(0, i).some((it) => it.at + it.lasts > at),
      )
      expect(overlapping).toEqual([])
    },
  )

  test("leaves what one fault touches to it as long as that lasts", () => {
    const plan = planOf({ seed: 8, seconds: HOUR_S, inbox: "nats", nodes: 3, harm: "unseen", without: [] })
    const leaders = plan.filter(({ fault }) => fault.name === "leader killed")
    const meanwhile = plan.filter(
      ({ at, target }) =>
        /^nats \d$/.test(target) && leaders.some((it) => it.at <= at && at <= it.at + it.lasts),
    )
    expect(leaders.length).toBeGreaterThan(0)
    expect(meanwhile).toEqual([])
  })

  test("is the same from the same seed, and another from another", () => {
    const plan = (seed: number) =>
      planOf({ seed, seconds: 600, inbox: "nats", harm: "unseen", without: [] }).map(
        ({ fault, target, at, lasts }) => `${at} ${lasts} ${target} ${fault.name}`,
      )
    expect(plan(1)).toEqual(plan(1))
    expect(plan(1)).not.toEqual(plan(2))
    expect(plan(1).length).toBeGreaterThan(100)
  })

  test("has no harm where none is wanted, and only what is asked for", () => {
    const wishes = { seed: 3, seconds: 3_600, inbox: "redis", without: ["clock moved"] } as const
    const harmless = planOf({ ...wishes, harm: "none" })
    expect(new Set(harmless.map(({ fault }) => fault.harm))).toEqual(new Set(["none"]))
    expect(harmless.some(({ fault }) => fault.name === "clock moved")).toBe(false)
    const kills = planOf({ ...wishes, harm: "unseen", only: ["kill"] })
    expect(new Set(kills.map(({ fault }) => fault.name))).toEqual(new Set(["kill"]))
  })
})
