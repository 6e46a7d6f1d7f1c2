/** Requests to every route of an app, as the app itself names them: a route that comes later is tried by the same tests. */

type Route = { method: string; path: string }

/** What nobody means by an id. Objects have the first ones already; the others are no text, not whole, or far too long. */
export const HOSTILE_IDS: readonly string[] = [
  ...["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"],
  ...["%00", "pets%00", "%", "%zz", "%ff", "%c3%28", "%ed%a0%80", "%2e%2e", "a%2fb", "%0d%0aset-cookie:x=1"],
  ...[encodeURIComponent("‮pets"), encodeURIComponent("🏳️‍🌈"), encodeURIComponent("ＰＥＴＳ"), "%EF%BF%BF"],
  ...["a".repeat(65), "a".repeat(4_000), encodeURIComponent("é".repeat(1_000)), "'--", "%24%7b1%7d"],
]

const SENDING = new Set(["POST", "PUT", "PATCH"])

/** The method and path of each route, with these texts in place of its parameters, or else as the fill. */
export function requestsTo(routes: readonly Route[], fill: string): { method: string; path: string }[] {
  const asked = routes.map(({ method, path }) => ({
    method: method === "WS" || method === "ALL" ? "GET" : method,
    path: path.replace(/:[^./]+/g, fill).replace(/\*$/, fill),
  }))
  const known = new Set<string>()
  return asked.filter(({ method, path }) => {
    const line = `${method} ${path}`
    return !known.has(line) && known.add(line)
  })
}

/** Whether a request of this method has a body. */
export function sendsBody(method: string): boolean {
  return SENDING.has(method)
}

/** Asks for all of them, a few at once, and returns what is said of those that do not hold. */
export async function faultsOf<T>(
  all: readonly T[],
  check: (one: T) => Promise<string | null>,
): Promise<string[]> {
  const faults: string[] = []
  const left = [...all]
  const work = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      const fault = await check(one)
      if (fault !== null) faults.push(fault)
    }
  }
  await Promise.all(Array.from({ length: 16 }, work))
  return faults.sort()
}

/**
 * Asks for all of them over a scheme, and compares each answer's security headers with what it should have.
 * @param ask sends a request with these headers
 * @returns what is said of those that lack some, and the statuses that were seen
 */
export async function lackingHeaders<
  T extends { method: string; path: string; headers: Record<string, string> },
>(
  all: readonly T[],
  scheme: string,
  ask: (one: T, headers: Record<string, string>) => Promise<Response>,
): Promise<{ faults: string[]; statuses: number[] }> {
  const statuses = new Set<number>()
  const faults = await faultsOf(all, async (one) => {
    const answer = await ask(one, { ...one.headers, "x-forwarded-proto": scheme })
    await answer.arrayBuffer()
    statuses.add(answer.status)
    const lacked = lackedBy(answer, scheme === "https")
    return lacked.length === 0
      ? null
      : `${answer.status} ${one.method} ${one.path.slice(0, 80)}: ${lacked.join(", ")}`
  })
  return { faults, statuses: [...statuses] }
}

/** What every answer has, whatever it is. */
const ALWAYS = {
  "x-content-type-options": /^nosniff$/,
  "referrer-policy": /^same-origin$/,
  "content-security-policy": /default-src 'none'.*frame-ancestors /,
  "cross-origin-resource-policy": /^(same|cross)-origin$/,
}
const PAGE = {
  "content-security-policy": /require-trusted-types-for 'script'; trusted-types tallyroom default;/,
  "cross-origin-opener-policy": /^same-origin$/,
}

/** The security headers that an answer lacks, by name; one that came by HTTPS needs one more. */
function lackedBy({ headers }: Pick<Response, "headers">, overHttps: boolean): string[] {
  const isPage = headers.get("content-type")?.startsWith("text/html") ?? false
  const wanted = [...Object.entries(ALWAYS), ...(isPage ? Object.entries(PAGE) : [])]
  const lacked = wanted.filter(([name, value]) => !value.test(headers.get(name) ?? "")).map(([name]) => name)
  const hsts = headers.get("strict-transport-security")
  if (overHttps ? !hsts?.startsWith("max-age=31536000") : hsts !== null)
    lacked.push("strict-transport-security")
  const insecure = headers.getSetCookie().filter((cookie) => overHttps && !/^__Host-|Max-Age=0/.test(cookie))
  return [...lacked, ...insecure]
}
