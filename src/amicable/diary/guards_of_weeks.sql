-- Segments and the bits of their weeks say the same, whatever program writes: a segment is there when its bit is, and
-- neither is changed once its week is closed.
CREATE FUNCTION diary_agree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong timestamptz;
BEGIN
    SELECT s.start INTO wrong
    FROM changed s
    LEFT JOIN contracts_week w
      ON w.contract_id = s.contract_id AND w.start = date_trunc('week', s.start AT TIME ZONE 'UTC')::date
    WHERE w.status IS DISTINCT FROM 'open'
       OR get_bit(w.logged, (extract(epoch FROM s.start - w.start::timestamp AT TIME ZONE 'UTC') / 600)::int)
          <> TG_ARGV[0]::int
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'diary: % of the segment of % is refused: its week is closed, or says otherwise', TG_OP, wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER diary_segment_logged AFTER INSERT ON diary_segment REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION diary_agree('1');
CREATE TRIGGER diary_segment_described AFTER UPDATE ON diary_segment REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION diary_agree('1');
CREATE TRIGGER diary_segment_deleted AFTER DELETE ON diary_segment REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION diary_agree('0');
