-- votes.knew   where a broker can't tell a voter's newer ballot from an older one that comes late (RabbitMQ): the moment (ms, Redis's
--              clock) up to which the voter's client knew of votes when this ballot was filled in. A ballot that knew less changes
--              nothing. Null for all others.

ALTER TABLE votes ADD COLUMN knew bigint;
