-- Text is compared octet by octet, as SQLite does it, whatever order the server was made with: what has an order for
-- people has a column for it. Only our own tables are touched; others may lie in the same schema. `schema_version` stays
-- as it is: other programs that wait to take this step have read it.
DO $$
DECLARE
    ours RECORD;
BEGIN
    FOR ours IN
        SELECT c.table_name AS name,
               string_agg(format('ALTER COLUMN %I TYPE TEXT COLLATE "C"', c.column_name), ', ') AS changes
        FROM information_schema.columns c
        WHERE c.table_schema = current_schema() AND c.data_type = 'text' AND c.table_name IN (
            'organisation', 'organisation_setting', 'role_grant', 'source', 'source_record', 'identity', 'observed',
            'drift', 'question', 'plan', 'operation', 'given_up', 'job', 'audit', 'lease', 'setting',
            'sign_in_link', 'console_session')
        GROUP BY c.table_name
    LOOP
        EXECUTE format('ALTER TABLE %I %s', ours.name, ours.changes);
    END LOOP;
END
$$;

-- Units in Danish order. The key of a unit that is stored already is as exact as SQL can make it until its person
-- changes.
ALTER TABLE identity ADD COLUMN unit_sort_key TEXT COLLATE "C";
UPDATE identity SET unit_sort_key =
    REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(LOWER(unit),
        'Æ', '{'), 'æ', '{'), 'Ø', '|'), 'ø', '|'), 'Å', '}'), 'å', '}'), 'aa', '}');
