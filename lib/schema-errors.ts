/** Zod says what is wrong in our own sentences, in every schema, as soon as this file is imported. */

import { z } from "zod"

z.config({
  customError: (issue) => {
    if (issue.code === "invalid_type") {
      return issue.input === undefined ? "is missing" : `must be ${article(String(issue.expected))}`
    }
    if (issue.code === "invalid_value") return `must be one of ${issue.values.map(String).join(", ")}`
    if (issue.code === "unrecognized_keys") return `has nothing called ${issue.keys.join(", ")}`
    return undefined
  },
})

function article(type: string): string {
  const named = { string: "text", boolean: "true or false", array: "a list", object: "an object" }[type]
  return named ?? (/^[aeiou]/.test(type) ? `an ${type}` : type)
}
