/** The settings of backup and restore, for the commands and the image alike. */

import { isAbsolute } from "node:path"
import { postgresAddress } from "@tallyroom/lib/postgres/setting"
import { processSettings } from "@tallyroom/lib/process/process-settings"
import {
  address,
  commaSeparated,
  integer,
  readSettings,
  SettingsError,
  type SettingValues,
  setting,
} from "@tallyroom/lib/process/settings"
import { z } from "zod"
import { runningDemo } from "../../services/stack/running-demo"
import { UserError } from "../../services/terminal/user-error"

const PLACE = /^(file:\/\/\/.*|s3:\/\/[a-z0-9][a-z0-9.-]+[a-z0-9](\/.*)?)$/
const text = z.string()

export const settings = {
  ...processSettings,
  DATABASE_URL: setting({
    schema: z.literal("").or(postgresAddress),
    default: "",
    description:
      "The Postgres to back up, as the role tallyroom_backup, not through a pooler; of `restore --dump` the empty database, as the role that owns it.",
    secret: true,
  }),
  BACKUP_TO: setting({
    schema: text.refine((it) => it === "" || PLACE.test(it), {
      error: "must be file:///FOLDER or s3://BUCKET/PREFIX",
    }),
    default: "",
    description: "Where backups go: `file:///FOLDER` or `s3://BUCKET/PREFIX`.",
  }),
  BACKUP_KEEP: setting({
    schema: integer(1, 1_000),
    default: "7",
    description: "How many backups are kept of each server. Older ones go, with all WAL that only they need.",
  }),
  BACKUP_EVERY_HOURS: setting({
    schema: integer(0, 8_760),
    default: "24",
    description:
      "With `--follow`: takes a backup when the newest is so old. 0: never, as somebody else takes them.",
  }),
  BACKUP_SHIP_SECONDS: setting({
    schema: integer(1, 3_600),
    default: "10",
    description: "With `--follow`: so often what has been received of an unfinished WAL segment is stored.",
  }),
  BACKUP_SPOOL: setting({
    schema: text.refine(isAbsolute, { error: "must be the absolute path of a folder" }),
    default: "/var/tmp/tallyroom-wal",
    description: "With `--follow`: a folder that survives restarts, for WAL that is not stored yet.",
  }),
  BACKUP_SLOT: setting({
    schema: text.regex(/^[a-z0-9_]{1,63}$/, "must have small letters, digits and underscores alone"),
    default: "tallyroom_backup",
    description: "With `--follow`: the replication slot by which Postgres keeps WAL until it was received.",
  }),
  BACKUP_AGE_RECIPIENTS: setting({
    schema: commaSeparated().refine((all) => all.every((it) => it.startsWith("age1")), {
      error: "must be public keys of age (age1…), divided by commas",
    }),
    default: "",
    description: "Public keys of age (`age1…`): everything is encrypted to them. Empty: nothing is.",
  }),
  BACKUP_AGE_IDENTITY: setting({
    schema: text.refine((it) => it === "" || it.startsWith("AGE-SECRET-KEY-"), {
      error: "must be a private key of age (AGE-SECRET-KEY-…)",
    }),
    default: "",
    description: "The private key of age; only restoring needs it.",
    secret: true,
  }),
  BACKUP_METRICS_FILE: setting({
    schema: text.refine((it) => it === "" || it.endsWith(".prom"), { error: "must end with .prom" }),
    default: "",
    description: "A file of node_exporter's textfile collector that is written after each backup.",
  }),
  AWS_ACCESS_KEY_ID: setting({
    schema: text,
    default: "",
    description: "The key of the S3-compatible server.",
    secret: true,
  }),
  AWS_SECRET_ACCESS_KEY: setting({ schema: text, default: "", description: "Its secret.", secret: true }),
  AWS_SESSION_TOKEN: setting({
    schema: text,
    default: "",
    description: "The token of a session, where the key is one of a role.",
    secret: true,
  }),
  AWS_REGION: setting({ schema: text, default: "", description: "The bucket's region." }),
  AWS_ENDPOINT_URL: setting({
    schema: z.literal("").or(address("http", "https")),
    default: "",
    description: "The S3-compatible server, where it is not AWS: `https://fra1.digitaloceanspaces.com`.",
  }),
}

export type BackupSettings = SettingValues<typeof settings>

/** @throws {UserError} naming every setting that is wrong */
export function readBackupSettings(env: Record<string, string | undefined> = process.env): BackupSettings {
  try {
    return readSettings(settings, env)
  } catch (error) {
    throw error instanceof SettingsError ? new UserError(error.message, { cause: error }) : error
  }
}

/** @throws {UserError} where neither a database is given nor a demo runs here */
export function databaseToBackUp({ DATABASE_URL }: BackupSettings): string {
  const url = DATABASE_URL || runningDemo()?.backupDatabaseUrl
  if (url) return url
  throw new UserError("No running demo found. Start one with `bun run demo`, or set DATABASE_URL.")
}
