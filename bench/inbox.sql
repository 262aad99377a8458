-- A firm's open and done tasks. Who is asked follows a power law: the busiest have tens of thousands of open tasks,
-- most a few hundred. `:name` is replaced by a number.
INSERT INTO engine_deployment (id, source, deployed_at, note) VALUES (1, 'admin', now(), '');
INSERT INTO engine_processdefinition (id, key, version, checksum, name, name_en, compiled, deployment_id, suspended)
    VALUES (1, 'bench', 1, 'x', 'bench', 'bench', '', 1, false);
INSERT INTO engine_processinstance (id, definition_id, business_key, state, exclusive, starter, started_at, end_event,
        outcome, version, card, trail_length, trail_head)
    SELECT n, 1, 'bench:' || n, 1, false, 1, now(), '', '', 1, '{}', 0, ''
    FROM generate_series(1, :instances) n;
INSERT INTO engine_audience (id, digest, size) SELECT n, md5('one' || n)::uuid, 1 FROM generate_series(1, :staff) n;
INSERT INTO engine_audience (id, digest, size)
    SELECT :staff + n, md5('many' || n)::uuid, 2 + n % 18 FROM generate_series(1, :groups) n;
INSERT INTO engine_audiencemember (audience_id, "user") SELECT n, n FROM generate_series(1, :staff) n;
INSERT INTO engine_audiencemember (audience_id, "user")
    SELECT :staff + n, 1 + (n * 7 + k * 13) % :staff
    FROM generate_series(1, :groups) n, LATERAL generate_series(1, 2 + n % 18) k
    ON CONFLICT DO NOTHING;
ALTER TABLE engine_humantask DROP CONSTRAINT engine_humantask_task_id_key;
DROP INDEX engine_task_inbox, engine_task_queue, engine_task_snoozed, engine_task_decided, engine_task_open;
INSERT INTO engine_humantask (instance_id, task_id, activity, process, element, state, version, queue, priority,
        audience_id, pool_id, assignment, rule, created_at, due_at, rank_at, follow_up_at, ended_at, decided_by,
        decision, subject, party, amount, initiator)
    SELECT 1 + n % :instances, gen_random_uuid(), gen_random_uuid(), 'approval_level', 'decide',
        CASE WHEN n <= :open THEN 1 ELSE 4 END, 1,
        (ARRAY['contracts', 'invoices', 'stock', 'money', 'service', 'activities', 'attachments', 'other'])[1 + n % 8],
        50,
        CASE WHEN n <= :open THEN a.audience END, a.audience, '{}', '{}', now(),
        now() + (n % 20000 - 10000) * interval '1 minute', now() + (n % 20000 - 10000) * interval '1 minute',
        CASE WHEN n <= :open AND n % 10 = 3 THEN now() + (n % 400) * interval '1 hour' END,  -- put off
        CASE WHEN n > :open THEN now() - n * interval '1 second' END, CASE WHEN n > :open THEN 1 + n % :staff END,
        '', 'A subject of usual length', 'A customer of usual length', n % 1000000, 1 + n % :staff
    FROM generate_series(1, :total) n,
        LATERAL (SELECT 1 + floor((:staff + :groups - 1) * power(random(), 3) + n * 0)::int AS audience) a;
ALTER TABLE engine_humantask ADD CONSTRAINT engine_humantask_task_id_key UNIQUE (task_id);
CREATE INDEX engine_task_inbox ON engine_humantask (audience_id, rank_at, id) INCLUDE (follow_up_at)
    WHERE audience_id IS NOT NULL;
CREATE INDEX engine_task_queue ON engine_humantask (audience_id, queue, rank_at, id) INCLUDE (follow_up_at)
    WHERE audience_id IS NOT NULL;
CREATE INDEX engine_task_snoozed ON engine_humantask (audience_id, queue, follow_up_at)
    WHERE audience_id IS NOT NULL AND follow_up_at IS NOT NULL;
CREATE INDEX engine_task_open ON engine_humantask (id) WHERE state <= 3;
CREATE INDEX engine_task_decided ON engine_humantask (decided_by, ended_at DESC) WHERE decided_by IS NOT NULL;
INSERT INTO engine_inboxcount (audience_id, queue, delta)
    SELECT audience_id, queue, count(*) FROM engine_humantask WHERE audience_id IS NOT NULL GROUP BY 1, 2;
