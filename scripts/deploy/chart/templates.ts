/** Makes the templates of the Helm chart from the plain manifests, which stay the only source. */

import { join } from "node:path"
import { Glob } from "bun"
import { z } from "zod"
import { UserError } from "../../services/terminal/user-error"
import { EVERYWHERE, RULES, type Rule } from "./rules"

const IMAGE = /^(\s*(?:- )?image: )(\S+)$/gm
const objectSchema = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) })

export interface Templates {
  /** Text by file name in the chart's `templates/`. */
  readonly files: ReadonlyMap<string, string>
  /** The whole reference of each image by its last name (`worker`, `redis`). */
  readonly images: ReadonlyMap<string, string>
}

/**
 * The templates that `RULES` make of the manifests in a folder.
 * @throws {UserError} for a manifest without a rule, and for a rule that finds nothing to change
 */
export async function templatesOf(manifests: string): Promise<Templates> {
  const found = [...new Glob("**/*.yaml").scanSync({ cwd: manifests })].sort()
  const unknown = found.filter((file) => !RULES.some((rule) => rule.file === file))
  if (unknown.length > 0)
    throw new UserError(`No rule in rules.ts says what the chart does with ${unknown.join(", ")}.`)
  const files = new Map<string, string>()
  const images = new Map<string, string>()
  for (const rule of RULES) {
    const text = await Bun.file(join(manifests, rule.file)).text()
    const template = templateOf(rule, text)
    if (!template) continue
    for (const [, , image = ""] of text.matchAll(IMAGE)) images.set(imageName(image), image)
    files.set(rule.file.replace(/^.*\//, ""), template)
  }
  return { files, images }
}

function templateOf(rule: Rule, manifest: string): string {
  const edited = withImages(edit(rule, manifest))
  // The comment that opens a file tells how to apply it by kubectl.
  const [parts, originals] = [edited, manifest].map((text) => text.replace(/^(#.*\n)*/, "").split(/^---\n/m))
  const objects = (parts ?? []).flatMap((part, index) => {
    const { kind, metadata } = objectSchema.parse(Bun.YAML.parse(originals?.[index] ?? ""))
    const when = rule.objects?.[`${kind}/${metadata.name}`] ?? rule.when
    if (when === false) return []
    return when === undefined ? [`---\n${part}`] : [`{{- if ${when} }}\n---\n${part}{{- end }}\n`]
  })
  if (objects.length === 0) return ""
  return `{{- /* Made by \`bun run chart\` from k8s-deployment/${rule.file}: change that one. */}}\n${objects.join("")}`
}

function edit(rule: Rule, manifest: string): string {
  let text = withoutActions(manifest)
  for (const [found, put] of EVERYWHERE) text = text.replaceAll(found, () => put)
  for (const [found, put] of rule.edits ?? []) {
    if (!text.includes(found))
      throw new UserError(
        `k8s-deployment/${rule.file} has no ${JSON.stringify(found)}, which rules.ts changes.`,
      )
    text = text.replaceAll(found, () => put)
  }
  return text
}

/** Braces of a manifest's own, such as those of Prometheus's and Grafana's templates, are none of Helm's. */
const withoutActions = (text: string) => text.replaceAll("{{", `{{ "{{" }}`)

const withImages = (text: string) =>
  text.replace(IMAGE, (_, before, image) => `${before}{{ .Values.images.${imageName(image)} }}`)

/** `worker` of `ghcr.io/tallyroom/worker:0.1.0@sha256:…` */
const imageName = (image: string) => /([^/:@]+)(:[^/@]+)?(@.*)?$/.exec(image)?.[1] ?? image
