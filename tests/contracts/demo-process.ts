/**
 * What `bun run demo --contracts --inbox nats` starts, with its data in the folder that is named: a process of its own, as
 * ending a stack ends everything that its process has started. Prints where everything is; SIGTERM ends it.
 */

import { Stack } from "../../scripts/services/stack/stack"

const stack = new Stack({
  ...{ stateDir: process.argv[2] ?? "", env: process.env, contracts: true, broker: "nats" },
  ...{ say: console.error, onLine: () => {}, onCrash: (sentence) => void end(sentence) },
})

async function end(sentence?: string): Promise<void> {
  await stack.stop()
  if (sentence !== undefined) console.error(sentence)
  process.exit(sentence === undefined ? 0 : 1)
}

process.on("SIGTERM", () => void end())
console.log(JSON.stringify(await stack.start()))
