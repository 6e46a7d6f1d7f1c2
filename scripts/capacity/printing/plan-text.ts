/** A plan as a person reads it, in 80 columns. */

import { shown } from "../../bench/figures/wording"
import { costAt, countOf, rentedBy, vcpusOf } from "../clouds/cost"
import type { Cloud } from "../clouds/prices"
import { sumOf } from "../model/bandwidth"
import type { Plan } from "../model/plan"
import { PART_NAMES, PARTS } from "../model/unit-costs"
import { WORKS } from "../model/work"
import { digits, dollars, many, percent, plural, rateText, sizeText } from "./amounts"
import { table } from "./table"

const GB = 1024 ** 3

export function planText(plan: Plan, clouds: readonly Cloud[]): string {
  return [
    headline(plan),
    comesText(plan),
    runText(plan),
    limitsText(plan),
    trafficText(plan),
    ...(clouds.length > 0 ? [costText(plan, clouds)] : []),
    NOT_IN_IT,
  ].join("\n\n")
}

function headline({ expected: { voters, minutes, viewers } }: Plan): string {
  return `${many(voters)} voters in ${plural(minutes, "minute")}, ${many(viewers)} viewers`
}

function comesText({ load, expected, pictures, asks }: Plan): string {
  const { peak, stay, cdn } = expected
  const apart = asks > 0 ? `, each every ${digits(load.asking / asks)} s` : ""
  const open = `open ballot pages, each for ${plural(stay, "second")}`
  return table(
    "What comes at the peak",
    [
      [
        many(load.votes),
        `votes a second, ${peak === 1 ? "as many as" : `${digits(peak)} times as many as`} on average`,
      ],
      [many(load.openPages), open],
      [
        many(asks),
        cdn ? "times a second they ask: a CDN answers (--cdn)" : `times a second they ask${apart}`,
      ],
      [many(load.viewers), `viewers, of whom each gets ${digits(pictures)} new pictures a second`],
      [many(load.arrivals), "viewers who come in a second"],
    ],
    [0],
  )
}

function runText(plan: Plan): string {
  const { needed, run, sizes, policy } = plan
  const rows = PARTS.map((part) => {
    const processes = part === "postgres" ? 1 : needed[part]
    return [
      PART_NAMES[part],
      many(countOf(plan, part)),
      many(processes),
      (plan.cores[part] / processes).toFixed(2),
      digits(vcpusOf(plan, part)),
      sizeText(sizes.memory[part]),
      part === "redis" || part === "postgres" ? sizeText(sizes.disk[part]) : "",
    ]
  })
  const head = ["", "run", "needed", "busy cores", "vCPUs", "memory", "disk"]
  return [
    table("What to run (cores, memory and disk are of each one)", [head, ...rows], [1, 2, 3, 4, 5, 6]),
    ...busyWith(plan),
    `  INBOX_SHARDS=${run.shards}`,
    `  BACKLOG_LIMIT=${sizes.backlog}: ${plural(policy.hold, "second")} of votes, should Postgres be away.`,
    `  A process may be busy with ${percent(policy.busy)} of a core (--busy); of each app ${many(policy.spare)} to spare`,
    "  (--spare), and never less than two.",
    ...(needed.redis > 1
      ? [`  Redis is a cluster: ${many(needed.redis)} masters, each with a replica.`]
      : []),
  ].join("\n")
}

/** Less than this is 0.00. */
const LEAST_CORES = 0.005

/** Of the parts that do more than one thing. */
function busyWith({ work }: Plan): string[] {
  return PARTS.flatMap((part) => {
    const kinds = WORKS.flatMap((kind) => {
      const cores = work[part][kind] ?? 0
      return cores < LEAST_CORES ? [] : [`${cores.toFixed(2)} ${kind}`]
    })
    return kinds.length > 1 ? [`  Cores of all ${PART_NAMES[part]}: ${kinds.join(", ")}.`] : []
  })
}

function limitsText({ limits }: Plan): string {
  const [first] = limits
  const rows = limits.map(({ name, used, helps }) => [percent(used), name, used >= LITTLE ? helps : ""])
  const words = first && first.used > 1 ? `${first.name}, and this does not work` : first?.name
  return table(`What is full first: ${words}`, rows, [0])
}

/** What is not near its limit needs no advice. */
const LITTLE = 0.3

function trafficText({ traffic, total }: Plan): string {
  const { in: received, out } = sumOf(traffic)
  return table(
    "Bandwidth at the peak, to and from people",
    [
      ["", "in", "out"],
      ...traffic.filter((it) => it.in + it.out > 0).map((it) => [it.name, rateText(it.in), rateText(it.out)]),
      ["together", rateText(received), rateText(out)],
      ["of the whole event", sizeText(total.in), sizeText(total.out)],
    ],
    [1, 2],
  )
}

function costText(plan: Plan, clouds: readonly Cloud[]): string {
  const { vcpus, memoryGb, diskGb } = rentedBy(plan)
  const rented = `${shown(vcpus)} vCPUs, ${sizeText(memoryGb * GB)} of memory, ${sizeText(diskGb * GB)} of disks`
  const rows = clouds.map((cloud) => {
    const { hour, egress } = costAt(plan, cloud)
    return [cloud.name, `${dollars(hour)} an hour`, `${dollars(egress)} for what the event sends`]
  })
  const prices = clouds.map(
    ({ name, what, asOf }) => `  ${name}: ${what}.\n  List prices of ${asOf}: check yours.`,
  )
  return `${table(`What it costs: ${rented}`, rows)}\n${prices.join("\n")}`
}

const NOT_IN_IT = `Not in it: TLS and the ingress (not measured), a standby of Postgres, backups,
monitoring, TCP's and TLS's own bytes. A core is one of the measured machine;
two cores were taken to do twice as much as one.`
