/** The name of the one policy that may make markup in our pages (lib/ui/trusted-html.ts); their headers allow it. */
export const TRUSTED_TYPES_POLICY = "tallyroom"
