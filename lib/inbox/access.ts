/** How to come into a store. It is read anew for each connection, so that a rotation of passwords or certificates needs no restart. */

import { readSmallFile } from "../small-file"
import { readStoreAddress, type StoreAddress } from "./store-address"

/** Paths of files in PEM. Without a CA, certificates are verified by those that everybody trusts. */
export type TlsFiles = { ca?: string; cert?: string; key?: string }

export type Access = () => { url: string; tls?: TlsFiles }

/** Access that never changes. */
export const accessBy = (given: string | Access): Access =>
  typeof given === "string" ? () => ({ url: given }) : given

/** The content of the files, for `tls.connect`. */
export function readTlsFiles({ ca, cert, key }: TlsFiles = {}): { ca?: string; cert?: string; key?: string } {
  return {
    ...(ca && { ca: readSmallFile(ca).toString() }),
    ...(cert && { cert: readSmallFile(cert).toString() }),
    ...(key && { key: readSmallFile(key).toString() }),
  }
}

/** The address of now; what can't be read for a moment is as it was. */
export function currently<T extends object>(
  access: Access,
  read: (url: StoreAddress, tls: TlsFiles) => T,
): () => T {
  let last: T | undefined
  return () => {
    try {
      const { url, tls = {} } = access()
      last = read(readStoreAddress(url), tls)
    } catch (error) {
      if (last === undefined) throw error
    }
    return last as T
  }
}
