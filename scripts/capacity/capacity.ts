/** `bun run capacity`: how many processes, and how much of everything, an event needs, from measured costs. */

import { runScript } from "../services/terminal/command-line"
import { costAt } from "./clouds/cost"
import { CLOUDS } from "./clouds/prices"
import { liveLimits } from "./model/live-limits"
import { planFor } from "./model/plan"
import { savedMachine } from "./model/saved-machine"
import { unitCostsOf } from "./model/unit-costs"
import { chartLimits } from "./printing/chart-limits"
import { costsText } from "./printing/costs-text"
import { planText } from "./printing/plan-text"
import { chartValues, valuesText } from "./printing/values"
import { readWishes, type Wishes } from "./wishes/arguments"

await runScript(
  async () => {
    console.log(await answerTo(readWishes()))
    return 0
  },
  { failure: 1 },
)

async function answerTo({ expected, policy, method, machine: name, clouds, print }: Wishes): Promise<string> {
  const machine = await savedMachine(name)
  const costs = unitCostsOf(machine, method)
  const plan = planFor(expected, policy, costs, liveLimits())
  const chart = await chartLimits()
  const priced = clouds.map((cloud) => CLOUDS[cloud])
  if (print === "values") return valuesText(plan, chart)
  if (print === "text")
    return [planText(plan, priced), costsText(machine, costs), valuesText(plan, chart)].join("\n\n")
  const prices = priced.map((cloud) => ({ ...cloud, cost: costAt(plan, cloud) }))
  return JSON.stringify(
    { machine: name, method, plan, values: chartValues(plan, chart), prices, costs },
    null,
    2,
  )
}
