-- All that steps write, in one call. `p` holds arrays of rows by kind (engine/store.py builds them); each row names its
-- instance, so that one call stores one step or a thousand. `runtimes` are the new states of the rows of p.instances, null
-- where there is none. The caller holds the lock of every instance concerned. Returns the ids of the human tasks made, in
-- order.

CREATE OR REPLACE FUNCTION engine_intern_audience(users bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
-- The id of the audience of these users (sorted, without doubles; none: null). Never waits for another transaction, which
-- may itself wait for an instance that is locked here: whoever makes the same audience at this moment makes one more.
DECLARE
    fingerprint uuid := md5(array_to_string(users, ','))::uuid;
    found bigint;
BEGIN
    IF users IS NULL OR cardinality(users) = 0 THEN
        RETURN NULL;
    END IF;
    SELECT id INTO found FROM engine_audience WHERE digest = fingerprint;
    IF found IS NOT NULL THEN
        RETURN found;
    END IF;
    IF pg_try_advisory_xact_lock(7310444, hashtext(current_schema() || fingerprint)) THEN
        SELECT id INTO found FROM engine_audience WHERE digest = fingerprint;  -- who made it may have just committed
        IF found IS NOT NULL THEN
            RETURN found;
        END IF;
    ELSE
        fingerprint := gen_random_uuid();
    END IF;
    INSERT INTO engine_audience (digest, size) VALUES (fingerprint, cardinality(users)) RETURNING id INTO found;
    INSERT INTO engine_audiencemember (audience_id, "user") SELECT found, unnest(users);
    RETURN found;
END $$;

CREATE OR REPLACE FUNCTION engine_store(p jsonb, runtimes bytea[]) RETURNS bigint[] LANGUAGE plpgsql
-- Rows of `p` find those of tables by index. The planner takes every array for a hundred rows, and would rather read a
-- table of some thousand from end to end.
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    moment timestamptz := (p->>'now')::timestamptz;
    made bigint[];
BEGIN
    IF p ? 'started' THEN
        INSERT INTO engine_processinstance (id, definition_id, business_key, state, exclusive, starter, started_at,
                ended_at, end_event, outcome, version, card, runtime, trail_length, trail_head)
        SELECT r.id, r.definition, r.business_key, 1, r.exclusive, r.starter, moment, NULL, '', '', 0, r.card, NULL, 0, ''
        FROM jsonb_to_recordset(p->'started')
            AS r(id bigint, definition bigint, business_key text, exclusive boolean, starter bigint, card jsonb);
    END IF;

    IF p ? 'closed' THEN  -- human tasks that ended: out of the inboxes they lay in
        WITH gone AS (
            SELECT t.id, t.audience_id, t.queue, r.state, r.decided_by, r.decision
            FROM jsonb_to_recordset(p->'closed') AS r(task uuid, state smallint, decided_by bigint, decision text)
            JOIN engine_humantask t ON t.task_id = r.task AND t.state <= 3
        ), updated AS (
            UPDATE engine_humantask t
            SET state = g.state, audience_id = NULL, version = t.version + 1, ended_at = moment,
                decided_by = g.decided_by, decision = COALESCE(g.decision, '')
            FROM gone g WHERE t.id = g.id
        )
        INSERT INTO engine_inboxcount (audience_id, queue, delta)
        SELECT audience_id, queue, -count(*) FROM gone WHERE audience_id IS NOT NULL GROUP BY audience_id, queue;
    END IF;

    IF p ? 'changed' THEN  -- human tasks claimed, assigned, moved: the whole new assignment in each row; not what closed
        WITH rows AS MATERIALIZED (
            SELECT r.*, engine_intern_audience(r.audience) AS new_audience, engine_intern_audience(r.pool) AS new_pool
            FROM jsonb_to_recordset(p->'changed')
                AS r(id bigint, state smallint, audience bigint[], pool bigint[], assignee bigint, owner bigint,
                     waits_for bigint, assignment jsonb, priority smallint, due_at timestamptz,
                     follow_up_at timestamptz, rank_at timestamptz)
        ), before AS MATERIALIZED (
            SELECT t.id, t.audience_id, t.queue FROM engine_humantask t JOIN rows USING (id) WHERE t.state <= 3
        ), updated AS (
            UPDATE engine_humantask t
            SET state = r.state, audience_id = r.new_audience, pool_id = r.new_pool, assignee = r.assignee,
                owner = r.owner, waits_for_id = r.waits_for, assignment = r.assignment, priority = r.priority,
                due_at = r.due_at, follow_up_at = r.follow_up_at, rank_at = r.rank_at, version = t.version + 1
            FROM rows r JOIN before b USING (id) WHERE t.id = r.id
        )
        INSERT INTO engine_inboxcount (audience_id, queue, delta)
        SELECT audience, queue, sum(delta) FROM (
            SELECT audience_id AS audience, queue, -1 AS delta FROM before
            UNION ALL
            SELECT r.new_audience, b.queue, 1 FROM rows r JOIN before b USING (id)
        ) moved
        WHERE audience IS NOT NULL GROUP BY audience, queue HAVING sum(delta) <> 0;
    END IF;

    IF p ? 'opened' THEN
        WITH rows AS MATERIALIZED (
            SELECT r.*, engine_intern_audience(r.audience) AS new_audience, engine_intern_audience(r.pool) AS new_pool
            FROM ROWS FROM (jsonb_to_recordset(p->'opened')
                AS (instance bigint, task uuid, activity uuid, process text, element text, state smallint, queue text,
                    priority smallint, audience bigint[], pool bigint[], assignee bigint, added_by bigint,
                    waits_for bigint, rule jsonb, assignment jsonb, due_at timestamptz,
                    follow_up_at timestamptz, rank_at timestamptz, subject text, party text, amount numeric, initiator bigint))
                WITH ORDINALITY AS r(instance, task, activity, process, element, state, queue, priority, audience,
                    pool, assignee, added_by, waits_for, rule, assignment, due_at, follow_up_at, rank_at, subject, party,
                    amount, initiator, position)
        ), inserted AS (
            INSERT INTO engine_humantask (instance_id, task_id, activity, process, element, state, version, queue,
                priority, audience_id, pool_id, assignee, owner, added_by, waits_for_id, rule, assignment, created_at,
                due_at, follow_up_at, rank_at, ended_at, decided_by, decision, subject, party, amount, initiator)
            SELECT instance, task, activity, process, element, state, 1, queue, priority, new_audience, new_pool,
                assignee, NULL, added_by, waits_for, rule, assignment, moment, due_at, follow_up_at, rank_at, NULL, NULL,
                '', subject, party, amount, initiator
            FROM rows ORDER BY position
            RETURNING id, audience_id, queue
        ), counted AS (
            INSERT INTO engine_inboxcount (audience_id, queue, delta)
            SELECT audience_id, queue, count(*) FROM inserted WHERE audience_id IS NOT NULL GROUP BY audience_id, queue
        )
        SELECT array_agg(id ORDER BY id) INTO made FROM inserted;
    END IF;

    IF p ? 'decisions' THEN
        INSERT INTO engine_decision (task_id, activity, "user", on_behalf_of, code, opinion, data, at)
        SELECT r.task, r.activity, r.user, r.on_behalf_of, r.code, r.opinion, r.data, moment
        FROM jsonb_to_recordset(p->'decisions')
            AS r(task bigint, activity uuid, "user" bigint, on_behalf_of bigint, code text, opinion text, data jsonb);
    END IF;

    IF p ? 'left' THEN  -- visits that had begun in an earlier step
        UPDATE engine_activityinstance a SET state = r.state, ended_at = moment
        FROM jsonb_to_recordset(p->'left') AS r(task uuid, state smallint)
        WHERE a.task_id = r.task AND a.ended_at IS NULL;
    END IF;
    IF p ? 'visits' THEN
        INSERT INTO engine_activityinstance (instance_id, task_id, scope, process, element, flow, state, started_at,
            ended_at)
        SELECT r.instance, r.task, r.scope, r.process, r.element, r.flow, r.state, moment,
            CASE WHEN r.state > 1 THEN moment END
        FROM jsonb_to_recordset(p->'visits')
            AS r(instance bigint, task uuid, scope uuid, process text, element text, flow text, state smallint);
    END IF;

    IF p ? 'values' THEN
        INSERT INTO engine_variablevalue (instance_id, scope, process, element, name, value, at)
        SELECT r.instance, r.scope, r.process, r.element, r.name, r.value, moment
        FROM jsonb_to_recordset(p->'values')
            AS r(instance bigint, scope uuid, process text, element text, name text, value jsonb);
    END IF;

    IF p ? 'timers_gone' OR p ? 'timers' THEN  -- those that moved, too: their old rows go; what failed there is settled
        WITH gone AS (
            SELECT j.id
            FROM jsonb_to_recordset(COALESCE(p->'timers_gone', '[]') || COALESCE(p->'timers', '[]'))
                AS r(instance bigint, task uuid)
            JOIN engine_job j ON j.instance_id = r.instance AND j.task_id = r.task
        ), settled AS (
            UPDATE engine_incident n
            SET job_id = NULL, state = 2, resolved_at = COALESCE(n.resolved_at, moment),
                resolution = CASE WHEN n.state = 1 THEN 'obsolete' ELSE n.resolution END
            FROM gone WHERE n.job_id = gone.id
        )
        DELETE FROM engine_job j USING gone WHERE j.id = gone.id;
    END IF;
    IF p ? 'timers' THEN
        INSERT INTO engine_job (kind, instance_id, task_id, process, element, payload, due_at, retries, locked_until,
            error)
        SELECT 'timer', r.instance, r.task, r.process, r.element, NULL, r.due_at, 3, NULL, ''
        FROM jsonb_to_recordset(p->'timers')
            AS r(instance bigint, task uuid, process text, element text, due_at timestamptz);
    END IF;
    IF p ? 'jobs' THEN  -- messages to other instances, people to assign again
        INSERT INTO engine_job (kind, instance_id, task_id, process, element, payload, due_at, retries, locked_until,
            error)
        SELECT r.kind, r.instance, NULL, r.process, r.element, r.payload, moment, 3, NULL, ''
        FROM jsonb_to_recordset(p->'jobs')
            AS r(kind text, instance bigint, process text, element text, payload jsonb);
    END IF;

    IF p ? 'subscriptions_gone' THEN
        DELETE FROM engine_eventsubscription s
        USING jsonb_to_recordset(p->'subscriptions_gone') AS r(instance bigint, task uuid)
        WHERE s.instance_id = r.instance AND s.task_id = r.task;
    END IF;
    IF p ? 'subscriptions' THEN
        INSERT INTO engine_eventsubscription (instance_id, task_id, process, element, name, key)
        SELECT r.instance, r.task, r.process, r.element, r.name, r.key
        FROM jsonb_to_recordset(p->'subscriptions')
            AS r(instance bigint, task uuid, process text, element text, name text, key text);
    END IF;

    IF p ? 'outbox' THEN
        INSERT INTO engine_outboxmessage (message_id, kind, payload, created_at, due_at, attempts, error)
        SELECT r.message_id, r.kind, r.payload, moment, moment, 0, ''
        FROM jsonb_to_recordset(p->'outbox') AS r(message_id text, kind text, payload jsonb)
        ON CONFLICT (message_id) DO NOTHING;
    END IF;

    IF p ? 'trail' THEN
        INSERT INTO engine_trailentry (instance_id, seq, at, actor, event, process, element, task_id, data, hash)
        SELECT r.instance, r.seq, moment, r.actor, r.event, r.process, r.element, r.task, r.data, decode(r.hash, 'hex')
        FROM jsonb_to_recordset(p->'trail')
            AS r(instance bigint, seq int, actor bigint, event text, process text, element text, task uuid, data jsonb,
                 hash text);
    END IF;

    IF p ? 'instances' THEN
        UPDATE engine_processinstance i
        SET version = i.version + 1,
            state = r.state,
            card = COALESCE(r.card, i.card),
            runtime = CASE WHEN r.state > 2 THEN NULL ELSE COALESCE(r.runtime, i.runtime) END,
            ended_at = CASE WHEN r.state > 2 THEN COALESCE(i.ended_at, moment) END,  -- an ended one may still be spoken of
            end_event = COALESCE(NULLIF(r.end_event, ''), i.end_event),
            outcome = COALESCE(NULLIF(r.outcome, ''), i.outcome),
            trail_length = r.trail_length,
            trail_head = decode(r.trail_head, 'hex')
        FROM ROWS FROM (
                jsonb_to_recordset(p->'instances')
                    AS (id bigint, state smallint, card jsonb, end_event text, outcome text, trail_length int,
                        trail_head text),
                unnest(runtimes)
            ) AS r(id, state, card, end_event, outcome, trail_length, trail_head, runtime)
        WHERE i.id = r.id;
    END IF;
    RETURN COALESCE(made, '{}');
END $$;
