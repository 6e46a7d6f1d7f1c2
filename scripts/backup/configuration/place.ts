/** From settings to the storage that they name. */

import { fileURLToPath } from "node:url"
import { UserError } from "../../services/terminal/user-error"
import { folderStorage } from "../storage/folder"
import { s3Storage } from "../storage/s3"
import type { Storage } from "../storage/storage"
import type { BackupSettings } from "./settings"

/** @throws {UserError} where BACKUP_TO is not set */
export function storageOf(settings: BackupSettings): Storage {
  const { BACKUP_TO: place } = settings
  if (place === "")
    throw new UserError("Say where backups are: set BACKUP_TO to file:///FOLDER or s3://BUCKET/PREFIX.")
  return place.startsWith("file:") ? folderStorage(fileURLToPath(place)) : s3Storage(s3Access(settings))
}

function s3Access(settings: BackupSettings) {
  const { host: bucket, pathname } = new URL(settings.BACKUP_TO)
  const path = pathname.replace(/^\/+|\/+$/g, "")
  const given = {
    endpoint: settings.AWS_ENDPOINT_URL,
    region: settings.AWS_REGION,
    accessKeyId: settings.AWS_ACCESS_KEY_ID,
    secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
    sessionToken: settings.AWS_SESSION_TOKEN,
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""))
  return { bucket, prefix: path === "" ? "" : `${path}/`, ...set }
}
