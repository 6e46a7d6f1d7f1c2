/** The Helm chart in the repository is the one that the manifests make. */

import { expect, test } from "bun:test"
import { join } from "node:path"
import { version } from "@tallyroom/lib/process/build"
import { Glob, YAML } from "bun"
import { templatesOf } from "../../scripts/deploy/chart/templates"
import { MANIFESTS } from "../../scripts/deploy/cluster/apply"
import { CHECKOUT } from "../../scripts/services/checkout"

const CHART = join(CHECKOUT, "charts/tallyroom")
const read = (file: string) => Bun.file(join(CHART, file)).text()

test("each template is what `bun run chart` makes of its manifest, and there is no other", async () => {
  const { files } = await templatesOf(MANIFESTS)
  for (const [file, content] of files) expect(await read(`templates/${file}`)).toBe(content)
  const there = [...new Glob("*.yaml").scanSync(join(CHART, "templates"))]
  expect(there.sort()).toEqual([...files.keys()].sort())
})

test("the values name the images of the manifests, and the chart the version of package.json", async () => {
  const { images } = await templatesOf(MANIFESTS)
  expect(YAML.parse(await read("values.yaml"))).toMatchObject({ images: Object.fromEntries(images) })
  expect(YAML.parse(await read("Chart.yaml"))).toMatchObject({ version, appVersion: version })
})
