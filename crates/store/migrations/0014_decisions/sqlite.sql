-- What somebody decided about a user that no source knows: to have it suspended, and when that was done.
ALTER TABLE observed ADD COLUMN suspend_by TEXT;
ALTER TABLE observed ADD COLUMN suspend_why TEXT;
ALTER TABLE observed ADD COLUMN suspend_at BIGINT;
ALTER TABLE observed ADD COLUMN suspended_at BIGINT;

-- A rejected plan; and what a page needs of a plan without opening all of its parts.
ALTER TABLE plan ADD COLUMN rejected_by TEXT;
ALTER TABLE plan ADD COLUMN rejected_why TEXT;
ALTER TABLE plan ADD COLUMN rejected_at BIGINT;
ALTER TABLE plan ADD COLUMN summary TEXT NOT NULL DEFAULT '[]';
ALTER TABLE plan_part ADD COLUMN first_place BIGINT NOT NULL DEFAULT 0;
ALTER TABLE plan_part ADD COLUMN counts TEXT NOT NULL DEFAULT '{}';
UPDATE plan_part SET first_place = part * 500;
