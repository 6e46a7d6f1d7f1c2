/** `bun run kind:up`: Tallyroom on a Kubernetes cluster inside Docker. */

import { version } from "@tallyroom/lib/process/build"
import { readCommandLine, runScript } from "../../services/terminal/command-line"
import { UserError } from "../../services/terminal/user-error"
import { applyAll } from "../cluster/apply"
import { untilGreen } from "../cluster/green"
import { buildImage, type ImageOptions, imageName, PREFIX, revisionOfCheckout } from "../images/build"
import { CLUSTER, clusterExists, kind, useCluster } from "./kind"

const USAGE = `Usage: bun run kind:up

Creates the kind cluster "${CLUSTER}" if there is none, builds the images and loads them into it, applies k8s-deployment/ and
waits until everything is ready. Needs Docker and kubectl. Run it again after a change. bun run kind:down deletes it.

  --help   show this`

const GREEN_MS = 600_000
const IMAGES = ["vote", "worker", "result", "backup"]

readCommandLine({ usage: USAGE })
await runScript(up, { failure: 1 })

async function up(): Promise<number> {
  if (!Bun.which("kubectl"))
    throw new UserError("kubectl is missing: https://kubernetes.io/docs/tasks/tools/")
  if (!(await clusterExists())) {
    await kind(
      "create",
      "cluster",
      "--name",
      CLUSTER,
      "--config",
      "scripts/deploy/kind/cluster.yaml",
      "--wait",
      "120s",
    )
  }
  await useCluster()
  const options: ImageOptions = {
    prefix: PREFIX,
    tag: version,
    push: false,
    fresh: false,
    revision: revisionOfCheckout(),
  }
  for (const image of IMAGES) await buildImage(image, options)
  await kind("load", "docker-image", "--name", CLUSTER, ...IMAGES.map((image) => imageName(image, options)))
  await applyAll("redis")
  await untilGreen(GREEN_MS, (line) => console.log(line))
  console.log("\n  Vote:   http://localhost:31000\n  Watch:  http://localhost:31001\nready")
  return 0
}
