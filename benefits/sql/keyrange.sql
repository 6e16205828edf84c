-- Exclusion by a text key without btree_gist: a range of one point. Rooms that need it make it when it is missing.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'keyrange') THEN
    CREATE TYPE keyrange AS RANGE (subtype = text, collation = "C");
  END IF;
END$$
