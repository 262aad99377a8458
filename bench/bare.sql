-- The tables of a small approval as somebody would write them by hand: the same rows as the engine's, with foreign keys
-- and the indexes without which the product could not be used.
DROP SCHEMA IF EXISTS bare CASCADE;
CREATE SCHEMA bare;
GRANT USAGE ON SCHEMA bare TO PUBLIC;
CREATE TABLE bare.document (id bigserial PRIMARY KEY, amount numeric(16, 2) NOT NULL, state text NOT NULL, version int NOT NULL);
CREATE TABLE bare.instance (
    id bigserial PRIMARY KEY, definition text NOT NULL, business_key text NOT NULL, state smallint NOT NULL,
    starter bigint, started_at timestamptz NOT NULL, ended_at timestamptz, outcome text NOT NULL, version int NOT NULL,
    card jsonb NOT NULL, data bytea, trail_length int NOT NULL, trail_head bytea NOT NULL
);
CREATE INDEX ON bare.instance (business_key);
CREATE TABLE bare.task (
    id bigserial PRIMARY KEY, instance_id bigint NOT NULL REFERENCES bare.instance, task_id uuid NOT NULL UNIQUE,
    node text NOT NULL, state smallint NOT NULL, version int NOT NULL, queue text NOT NULL, priority smallint NOT NULL,
    audience_id bigint, assignee bigint, assignment jsonb NOT NULL, created_at timestamptz NOT NULL, due_at timestamptz,
    ended_at timestamptz, decided_by bigint, decision text NOT NULL, subject text NOT NULL, amount numeric(16, 2),
    initiator bigint
);
CREATE INDEX ON bare.task (instance_id);
CREATE INDEX ON bare.task (audience_id, queue, due_at, id) WHERE audience_id IS NOT NULL;
CREATE INDEX ON bare.task (decided_by, ended_at DESC) WHERE decided_by IS NOT NULL;
CREATE TABLE bare.audience_member (audience_id bigint NOT NULL, user_id bigint NOT NULL, PRIMARY KEY (user_id, audience_id));
CREATE TABLE bare.inbox_count (id bigserial PRIMARY KEY, audience_id bigint NOT NULL, queue text NOT NULL, delta int NOT NULL);
CREATE INDEX ON bare.inbox_count (audience_id, queue);
CREATE TABLE bare.decision (
    id bigserial PRIMARY KEY, task_id bigint NOT NULL UNIQUE REFERENCES bare.task, user_id bigint NOT NULL,
    code text NOT NULL, opinion text NOT NULL, at timestamptz NOT NULL
);
CREATE TABLE bare.activity (
    id bigserial PRIMARY KEY, instance_id bigint NOT NULL REFERENCES bare.instance, task_id uuid NOT NULL,
    node text NOT NULL, flow text NOT NULL, state smallint NOT NULL, started_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX ON bare.activity (instance_id);
CREATE INDEX ON bare.activity (task_id) WHERE ended_at IS NULL;
CREATE TABLE bare.value (
    id bigserial PRIMARY KEY, instance_id bigint NOT NULL REFERENCES bare.instance, node text NOT NULL,
    name text NOT NULL, value jsonb, at timestamptz NOT NULL
);
CREATE INDEX ON bare.value (instance_id);
CREATE TABLE bare.trail (
    id bigserial PRIMARY KEY, instance_id bigint NOT NULL REFERENCES bare.instance, seq int NOT NULL,
    at timestamptz NOT NULL, actor bigint, event text NOT NULL, node text NOT NULL, task_id uuid, data jsonb NOT NULL,
    hash bytea NOT NULL, transaction xid8 NOT NULL DEFAULT pg_current_xact_id(), UNIQUE (instance_id, seq)
);
CREATE INDEX ON bare.trail (transaction);
GRANT ALL ON ALL TABLES IN SCHEMA bare TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA bare TO PUBLIC;
