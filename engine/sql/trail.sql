-- The trail only grows. Each row knows its transaction, so that a checkpoint can take exactly those that are closed;
-- a trigger refuses every change; the role of web and workers may not even try.

ALTER TABLE engine_trailentry ADD COLUMN IF NOT EXISTS transaction xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX IF NOT EXISTS engine_trail_transaction ON engine_trailentry (transaction);

CREATE OR REPLACE FUNCTION engine_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER engine_trail_rows BEFORE UPDATE OR DELETE ON engine_trailentry
    FOR EACH ROW EXECUTE FUNCTION engine_refuse_change();
CREATE OR REPLACE TRIGGER engine_trail_table BEFORE TRUNCATE ON engine_trailentry
    FOR EACH STATEMENT EXECUTE FUNCTION engine_refuse_change();
CREATE OR REPLACE TRIGGER engine_checkpoint_rows BEFORE UPDATE OR DELETE ON engine_trailcheckpoint
    FOR EACH ROW EXECUTE FUNCTION engine_refuse_change();
CREATE OR REPLACE TRIGGER engine_checkpoint_table BEFORE TRUNCATE ON engine_trailcheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION engine_refuse_change();

DO $$  -- whatever the role of web and workers is called: none but the owner keeps these rights
DECLARE
    holder text;
BEGIN
    FOR holder IN
        SELECT DISTINCT CASE held.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(held.grantee)) END
        FROM pg_class c, aclexplode(c.relacl) held
        WHERE c.oid IN ('engine_trailentry'::regclass, 'engine_trailcheckpoint'::regclass)
            AND held.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON engine_trailentry, engine_trailcheckpoint FROM %s', holder);
    END LOOP;
END $$;
