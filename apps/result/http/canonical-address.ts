import { toCanonical } from "@tallyroom/lib/http/page-address"

/** For a route of a page: other spellings of its address lead to the one that is right. */
export const canonicalAddress = {
  beforeHandle: ({ request }: { request: Request }) => toCanonical(request) ?? undefined,
}
