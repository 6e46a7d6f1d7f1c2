/** `bun run images:pin`: writes the digests of other people's images into Dockerfile, compose and manifests, or raises them. */

import { join } from "node:path"
import { Glob } from "bun"
import { CHECKOUT } from "../services/checkout"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag } from "../services/terminal/options"
import { rememberingDigests } from "./images/digest"
import { NAMING, pin, pinsIn } from "./images/pins"

const USAGE = `Usage: bun run images:pin [--raise] [--check]

Writes into Dockerfile, compose files and manifests which image each tag of somebody else means now (debian, oven/bun, redis,
postgres, …): name:tag@sha256:…, as their registries tell. What has a digest keeps it. Needs docker buildx, but for --check.

  --raise  those that have a digest, too
  --check  write nothing; end with 1 where one has none
  --help   show this`

await runScript(main, { failure: 1 })

async function main(): Promise<number> {
  const { values } = readCommandLine({ usage: USAGE, options: { raise: flag, check: flag } })
  const digests = rememberingDigests()
  const files = NAMING.flatMap((pattern) => [...new Glob(pattern).scanSync({ cwd: CHECKOUT })]).sort()
  let unpinned = 0
  for (const file of files) {
    const before = await Bun.file(join(CHECKOUT, file)).text()
    const after = values.check ? before : await pin(before, digests, values.raise)
    if (after !== before) await Bun.write(join(CHECKOUT, file), after)
    for (const { image, digest } of pinsIn(after)) {
      console.log(`${file}: ${image} ${digest ?? "has no digest"}`)
      if (digest === null) unpinned++
    }
  }
  return unpinned > 0 ? 1 : 0
}
