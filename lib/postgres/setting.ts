/** Where Postgres is: settings of result and worker alike. */

import { z } from "zod"
import { type Setting, setting } from "../process/settings"
import { readAddress } from "./address"
import { AddressFault } from "./address-fault"
import { assertReadable } from "./tls"

/** An address as `readAddress` takes it. */
export const postgresAddress = checked((text) => void readAddress(text))

const withFiles = checked((text) => assertReadable(readAddress(text).tls))

function checked(check: (text: string) => void): z.ZodType<string, string> {
  return z.string().check(({ value, issues }) => {
    try {
      check(value)
    } catch (error) {
      if (!(error instanceof AddressFault)) throw error
      issues.push({ code: "custom", message: error.message, input: value })
    }
  })
}

/** @param description of what this app does there */
export function databaseUrl(description: string): Setting<string> {
  return setting({
    schema: withFiles,
    default: "postgres://localhost:5432/tallyroom",
    description,
    secret: true,
  })
}

export const databaseListenUrl = setting({
  schema: z.literal("").or(withFiles),
  default: "",
  description:
    "The same database without the pooler that DATABASE_URL leads through, if that one pools transactions: notifications don't pass there. Without it, changes are asked for each second. With it, DATABASE_URL is left to all else.",
  secret: true,
})

/** What can't be done although the addresses ask for it, in sentences. */
export function notesOf(...urls: string[]): string[] {
  return [...new Set(urls.filter((url) => url !== "").flatMap((url) => readAddress(url).notes))]
}
