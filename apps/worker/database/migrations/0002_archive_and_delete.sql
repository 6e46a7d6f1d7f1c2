-- Polls that are put away, and polls that are deleted.
--
-- polls.archived_at   the poll is left out of public lists; its pages stay
-- polls.deleting_at   the poll is to be deleted: nobody sees it any more, it closes, all that was accepted is counted, and
--                     then every shard of the inbox buries its copy
-- burials             the shards that have buried a poll's copy
-- deleted_polls       what was deleted, for good: an older Redis that comes back must not bring a poll back with it

ALTER TABLE polls ADD COLUMN archived_at timestamptz, ADD COLUMN deleting_at timestamptz;

CREATE TABLE burials (
  poll  integer NOT NULL,
  shard smallint NOT NULL,
  PRIMARY KEY (poll, shard)
);

CREATE TABLE deleted_polls (
  number     integer PRIMARY KEY,
  id         text NOT NULL,
  deleted_at timestamptz NOT NULL DEFAULT now(),
  -- When nothing of it was left in any table.
  swept_at   timestamptz
);
CREATE INDEX deleted_polls_unswept ON deleted_polls (number) WHERE swept_at IS NULL;
