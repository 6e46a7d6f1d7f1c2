import { join } from "node:path"
import { CHECKOUT } from "../services/checkout"
import { kubectl } from "./kubectl"

export const MANIFESTS = join(CHECKOUT, "k8s-deployment")

/** Applies all manifests in the order of their names. @returns what kubectl said of each object */
export async function applyAll(): Promise<string[]> {
  return (await kubectl(["apply", "--filename", MANIFESTS])).split("\n")
}
