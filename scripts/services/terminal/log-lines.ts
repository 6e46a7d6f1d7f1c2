/** One line of an app's log, for a person: the level decides who sees it, the text is what they see. */
export interface LogLine {
  readonly level: string
  readonly text: string
}

/** Fields that say nothing new in a terminal where each line names its app. */
const KNOWN_FIELDS = new Set(["level", "time", "message", "app", "version", "revision", "pid"])

/** Makes a JSON log line readable; a line that is no JSON (a crash's stack) stays as it is, as an error. */
export function readable(line: string): LogLine {
  const entry = parse(line)
  if (!entry) return { level: "error", text: line }
  const level = String(entry.level ?? "info")
  const fields = Object.entries(entry).filter(([name]) => !KNOWN_FIELDS.has(name))
  const rest = fields.map(([name, value]) => `${name}=${plain(value)}`)
  return {
    level,
    text: [timeOf(entry.time), level.toUpperCase().padEnd(5), entry.message, ...rest].join(" "),
  }
}

/** Whether a person should see it although they did not ask for logs. */
export const isAlarming = ({ level }: LogLine) => level === "warn" || level === "error" || level === "fatal"

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** The local time of day; the date goes without saying. */
function timeOf(time: unknown): string {
  const at = new Date(String(time))
  if (Number.isNaN(at.getTime())) return "--:--:--.---"
  const [clock] = at.toTimeString().split(" ")
  return `${clock}.${String(at.getMilliseconds()).padStart(3, "0")}`
}

/** An error is told by its message alone; its stack is in the log file. */
function plain(value: unknown): string {
  if (typeof value === "string") return value
  if (value !== null && typeof value === "object" && "stack" in value && "message" in value) {
    return String(value.message)
  }
  return JSON.stringify(value)
}
