-- The streams that were made at a broker, so that none is left behind: one that never came into use, because making it or
-- filling it failed, and one in whose place another came.
--
-- streams.replaced_at   when another took its place; null for one that is in use, or never was

CREATE TABLE streams (
  name        text PRIMARY KEY,
  shard       smallint NOT NULL,
  made_at     timestamptz NOT NULL DEFAULT now(),
  replaced_at timestamptz
);
