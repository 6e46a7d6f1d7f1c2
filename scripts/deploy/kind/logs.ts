/** `bun run kind:logs`: what the cluster that kubectl points at knows of a Tallyroom that did not come up. */

import { readCommandLine } from "../../services/terminal/command-line"
import { tryKubectl } from "../cluster/kubectl"

const USAGE = `Usage: bun run kind:logs

Prints objects, events and logs of the Tallyroom in the cluster that kubectl points at.

  --help   show this`

const LOOKS = [
  ["get", "pods,jobs,statefulsets,deployments,horizontalpodautoscalers", "--output", "wide"],
  ["get", "events", "--sort-by", ".lastTimestamp"],
  ["describe", "pods"],
  ...[
    "credentials",
    "vote",
    "worker",
    "result",
    "redis",
    "redis-sentinel",
    "redis-cluster",
    "postgres",
    "nats",
    "rabbitmq",
  ].map((name) => [
    ...[
      "logs",
      "--selector",
      `app.kubernetes.io/name=${name}`,
      "--all-containers",
      "--prefix",
      "--tail",
      "100",
    ],
    "--ignore-errors",
  ]),
]

readCommandLine({ usage: USAGE })
for (const words of LOOKS) {
  const { out, err } = await tryKubectl(words)
  console.log(`\n$ kubectl ${words.join(" ")}\n${out}${err ? `\n${err}` : ""}`)
}
