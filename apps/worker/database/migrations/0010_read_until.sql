-- shards.read_until   where a broker holds the ballots: every ballot of the shard that was cast before this moment (ms, Redis's
--                     clock) was read, or is gone. So a receipt tells a ballot that waits from one that was lost.

ALTER TABLE shards ADD COLUMN read_until bigint;
