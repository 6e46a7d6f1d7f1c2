-- An inbox that is a log at a broker instead of a stream in Redis.
--
-- room.inbox   what holds the ballots, fixed for the life of the data by the first start
-- shards.log   name of the shard's log at the broker

ALTER TABLE room ADD COLUMN inbox text NOT NULL DEFAULT 'redis' CHECK (inbox IN ('redis', 'nats', 'rabbitmq'));
ALTER TABLE shards ADD COLUMN log text;
