-- Units in Danish order. The key of a unit that is stored already is as exact as SQL can make it until its person
-- changes.
ALTER TABLE identity ADD COLUMN unit_sort_key TEXT;
UPDATE identity SET unit_sort_key =
    REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(LOWER(unit),
        'Æ', '{'), 'æ', '{'), 'Ø', '|'), 'ø', '|'), 'Å', '}'), 'å', '}'), 'aa', '}');
