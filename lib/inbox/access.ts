/** How to come into a store. It is read anew for each connection, so that a rotation of passwords or certificates needs no restart. */

import { readTlsFiles, type TlsFiles } from "../tls-files"
import { readStoreAddress, type StoreAddress } from "./store-address"

export type Access = () => { url: string; tls?: TlsFiles }

/** Access that never changes. */
export const accessBy = (given: string | Access): Access =>
  typeof given === "string" ? () => ({ url: given }) : given

/** What is read from the address of now and the content of its files; what can't be read for a moment is as it was. */
export function currently<T extends object>(
  access: Access,
  read: (url: StoreAddress, tls: TlsFiles) => T,
): () => T {
  let last: T | undefined
  return () => {
    try {
      const { url, tls } = access()
      last = read(readStoreAddress(url), readTlsFiles(tls))
    } catch (error) {
      if (last === undefined) throw error
    }
    return last
  }
}
