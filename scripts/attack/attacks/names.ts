/** Names that objects have, bad percent codes and odd characters in the place of each parameter of each documented route. */

import { z } from "zod"
import { counted, type Outcome } from "../outcome"
import type { Target } from "../target"

const NAMES = [
  ...[
    "constructor",
    "__proto__",
    "prototype",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "then",
    "null",
    "undefined",
  ],
  ...[
    "%00",
    "a%00b",
    "%",
    "%2",
    "%zz",
    "%ff",
    "%c0%af",
    "%ed%a0%80",
    "%2e%2e%2f",
    "..%5c..%5c",
    "%252e",
    "%0d%0aX:%20y",
  ],
  ...[
    "%F0%9F%97%B3",
    "%E2%80%AE",
    "a".repeat(5_000),
    "-",
    "A",
    "0",
    "1e999",
    "'%3B--",
    "%3Cscript%3E",
    "$ne",
    "*",
  ],
]
/** Pages that no document describes. */
const PAGES = {
  vote: ["/{poll}"],
  result: [
    ...["/{poll}", "/polls/{poll}", "/polls/{poll}/stage", "/embed/{poll}", "/polls/{poll}/receipts/{poll}"],
    ...["/admin/polls/{poll}", "/admin/polls/{poll}/edit", "/admin/polls/{poll}/codes"],
  ],
}
const METHODS = ["get", "post", "patch", "delete", "put"] as const
const BODIES = [
  { type: "application/json", text: "{}" },
  { type: "application/json", text: '{"__proto__":{"option":"a"},"constructor":{"prototype":{}}}' },
  { type: "application/x-www-form-urlencoded", text: "vote=%00&__proto__[a]=b" },
]
const AT_ONCE = 16

const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
type Request = { url: string; method: string; body?: (typeof BODIES)[number] }

export async function names({ voteUrl, resultUrl, admin, poll }: Target): Promise<Outcome> {
  const requests = [
    ...(await requestsOf(voteUrl, PAGES.vote, poll)),
    ...(await requestsOf(resultUrl, PAGES.result, poll)),
  ]
  const statuses: number[] = []
  const faults: string[] = []
  const left = [{}, admin].flatMap((headers) => requests.map((request) => ({ request, headers })))
  const total = left.length
  const sender = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const { url, method, body } = next.request
      const answer = await fetch(url, {
        method: method.toUpperCase(),
        redirect: "manual",
        headers: { ...next.headers, ...(body && { "content-type": body.type }) },
        ...(body && { body: body.text }),
      }).catch((error: Error) => error)
      if (answer instanceof Error) faults.push(`${method} ${url.slice(0, 120)}: ${answer.message}`)
      else {
        await answer.arrayBuffer()
        statuses.push(answer.status)
        if (answer.status >= 500) faults.push(`${method} ${url.slice(0, 120)} is ${answer.status}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sender))
  return {
    tried: `${NAMES.length} names (\`constructor\`, \`__proto__\`, \`%00\`, \`%zz\`, …) in each place of each route, as nobody and as an admin`,
    requests: total,
    seen: counted(statuses),
    faults,
  }
}

/** A name in one place at a time, and the known poll in the others; nothing that exists is deleted. */
async function requestsOf(origin: string, pages: string[], poll: string): Promise<Request[]> {
  const { paths } = documentSchema.parse(await (await fetch(`${origin}/openapi.json`)).json())
  const routes = [
    ...Object.entries(paths).map(([path, methods]) => ({ path, methods: Object.keys(methods) })),
    ...pages.map((path) => ({ path, methods: ["get", "post"] })),
  ]
  return routes.flatMap(({ path, methods }) => {
    const places = [...path.matchAll(/\{\w+\}/g)].map(({ 0: place }) => place)
    const filled = places.flatMap((place) =>
      NAMES.map((name) =>
        places.reduce((it, other) => it.replace(other, other === place ? name : poll), path),
      ),
    )
    const asked = NAMES.map(
      (name) => `${path.replaceAll(/\{\w+\}/g, poll)}?poll=${name}&receipt=${name}&after=${name}&${name}=1`,
    )
    const known = METHODS.filter((method) => methods.includes(method))
    return [...filled, ...asked].flatMap((it) =>
      known
        .filter((method) => method !== "delete" || !it.includes(`/${poll}`))
        .flatMap((method): Request[] => {
          const url = `${origin}${it}`
          return /post|patch|put/.test(method)
            ? BODIES.map((body) => ({ url, method, body }))
            : [{ url, method }]
        }),
    )
  })
}
