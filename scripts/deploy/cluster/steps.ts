import type { Checks } from "../../services/terminal/checks"
import { assertRootRefused } from "./admission"
import { applyAll } from "./apply"
import { arrowsHere, assertArrows } from "./arrows"
import { auditPods } from "./audit"
import { backUpAndRestore } from "./backup/steps"
import { FIRST_GREEN_MS } from "./existing-instance"
import { evictEach, killEachPod, restartEach, servicesOf } from "./faults"
import { flooded } from "./flooded"
import { untilGreen } from "./green"
import { loseMasters } from "./loss/steps"
import { assertTaken } from "./operators"
import type { ClusterStep, Options } from "./options"
import { assertLeastRights } from "./rights"
import { runToEnd } from "./run-script"
import { assertScalesDown, assertScalesUp, isMeasured } from "./scaling"
import { assertSecondApplyChangesNothing } from "./unchanged"

/** How long the changes of an earlier step may take to settle. */
const SETTLED_MS = 300_000
const POLL = "cats-vs-dogs"

/** What each step checks, in the order of the steps. */
export function clusterSteps(
  checks: Checks,
  { voteUrl, resultUrl, inbox }: Options,
): Record<ClusterStep, () => Promise<unknown>> {
  const env = { VOTE_URL: voteUrl, RESULT_URL: resultUrl }
  const { say } = checks
  const services = servicesOf(inbox)
  const audited = (after: string) =>
    checks.check(`audit after ${after}: every accepted vote is counted once`, auditPods)
  const underFlood = async (name: string, after: string, work: () => Promise<number>) => {
    await checks.check(name, async () => {
      await untilGreen(SETTLED_MS, say)
      return flooded(env, work)
    })
    await audited(after)
  }
  return {
    apply: () =>
      checks.check("the first apply goes green by itself", async () => {
        await applyAll(inbox)
        return `all ready after ${((await untilGreen(FIRST_GREEN_MS, say)) / 1000).toFixed(1)} s`
      }),
    again: () => checks.check("a second apply changes nothing", () => assertSecondApplyChangesNothing(inbox)),
    smoke: () =>
      checks.check("a vote is cast, seen live and its receipt is counted", async () =>
        (await runToEnd("scripts/load/smoke.ts", [], env)).at(-1),
      ),
    kill: () =>
      underFlood("each pod is killed under the k6 flood", "the kills", () => killEachPod(services, say)),
    lose: () => loseMasters(checks, inbox, { voteUrl, resultUrl }, POLL),
    restart: () =>
      underFlood("each workload is restarted under the k6 flood", "the restarts", () =>
        restartEach(services, say),
      ),
    evict: () =>
      underFlood("a pod of each is evicted under the k6 flood", "the evictions", () =>
        evictEach(services, say),
      ),
    scale: async () => {
      if (!(await isMeasured())) {
        return checks.skip("vote is scaled up and down", "there is no metrics API: install metrics-server")
      }
      await checks.check("vote is scaled up under load", () => assertScalesUp(voteUrl, POLL, say))
      await audited("the load")
      await checks.check("vote is scaled down when it is over", () => assertScalesDown(say))
    },
    backup: () => backUpAndRestore(checks, { voteUrl, resultUrl }, POLL),
    operators: () =>
      checks.check("the API server takes every addon, and refuses what is wrong in it", () =>
        assertTaken(say),
      ),
    arrows: async () => {
      await untilGreen(SETTLED_MS, say)
      for (const arrows of await arrowsHere(inbox)) {
        const where = arrows.namespace === arrows.from ? `namespace ${arrows.from}` : arrows.from
        await checks.check(`${where} reaches what it should and nothing else`, () => assertArrows(arrows))
      }
    },
    rights: () => checks.check("nobody has more rights than it needs", assertLeastRights),
    root: () => checks.check("a pod that runs as root is refused", assertRootRefused),
  }
}
