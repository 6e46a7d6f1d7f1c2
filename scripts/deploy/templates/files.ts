/** All templates by their path in the checkout. */

import { join } from "node:path"
import { CHECKOUT } from "../../services/checkout"
import { caprover } from "./caprover"
import { coolify, easypanel, portainerStack, portainerTemplates } from "./platforms"

export async function templateFiles(): Promise<Map<string, string>> {
  const compose = join(CHECKOUT, "compose.yaml")
  return new Map([
    ["one-click/coolify.yaml", await coolify(compose)],
    ["one-click/portainer.yaml", await portainerStack(compose)],
    ["one-click/portainer.json", portainerTemplates()],
    ["one-click/easypanel.json", await easypanel(compose)],
    ["one-click/caprover.yml", await caprover(compose)],
  ])
}
