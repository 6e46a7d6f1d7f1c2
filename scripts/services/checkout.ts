import { resolve } from "node:path"

/** The root of this checkout: where apps/, lib/ and package.json are. */
export const CHECKOUT = resolve(import.meta.dir, "../..")

/** Where the demo and `bun run dev` keep data, secrets and logs between runs. */
export const STATE_DIR = resolve(CHECKOUT, ".tallyroom")
