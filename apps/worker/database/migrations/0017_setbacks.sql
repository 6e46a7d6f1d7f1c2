-- When Postgres went back: a standby that lagged took over, a backup was restored, or commits were lost in a crash because they did
-- not wait for the disk.
--
-- setbacks.counted      up to where the shard had been counted before, as Redis knew it
-- setbacks.position     where Postgres stood when it was found
-- setbacks.lost_before  what the books of the shard had as lost by then
-- setbacks.mended_at    when the inbox was equal to Postgres again; null while a worker is at it
-- setbacks.jump         what the versions of the shard's tallies grow by, so that they are greater than any that was shown before
-- setbacks.lost         ballots that were booked as lost for it

CREATE TABLE setbacks (
  shard       smallint NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  counted     text NOT NULL,
  position    text NOT NULL,
  lost_before bigint NOT NULL,
  mended_at   timestamptz,
  lost        bigint NOT NULL DEFAULT 0,
  jump        bigint NOT NULL
);
CREATE UNIQUE INDEX setbacks_unmended ON setbacks (shard) WHERE mended_at IS NULL;
