/** What a test run came to, by the count of its tests. */
export interface TestReport {
  readonly passed: number
  readonly skipped: number
  /** Each failed test by the names of its groups and its own, and why it failed where that is known. */
  readonly failed: readonly string[]
}

/** Reads the JUnit report that `bun test` writes. */
export function readJunit(xml: string): TestReport {
  const failed: string[] = []
  let skipped = 0
  let total = 0
  for (const [, attributes = "", selfClosing, body = ""] of xml.matchAll(CASE)) {
    total++
    if (selfClosing) continue
    if (/<skipped\b/.test(body)) skipped++
    else if (/<(failure|error)\b/.test(body)) failed.push(titleOf(attributes))
  }
  return { passed: total - skipped - failed.length, skipped, failed }
}

const CASE = /<testcase\b((?:[^>"]|"[^"]*")*?)(?:(\/)>|>([\s\S]*?)<\/testcase>)/g

function titleOf(attributes: string): string {
  const value = (name: string) => unescaped(attributes.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? "")
  const [file, group, name] = [value("file"), value("classname"), value("name")]
  return [file, group === file ? "" : group, name].filter((part) => part !== "").join(" > ")
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => ENTITIES[name] ?? whole)
}
