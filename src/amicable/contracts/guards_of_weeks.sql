-- A week's bitmaps fit each other: covered and disputed segments were logged, and none is disputed that was given back.
ALTER TABLE contracts_week
    ADD CONSTRAINT week_bitmaps CHECK (
        bit_count(covered & ~logged) = 0
        AND (disputed IS NULL OR bit_count(disputed & ~logged) = 0)
        AND (returned IS NULL OR bit_count(returned & ~logged) = 0)
        AND (disputed IS NULL OR returned IS NULL OR bit_count(disputed & returned) = 0)
    );

CREATE FUNCTION contracts_refuse_week() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contracts: % of a week is refused: %', TG_OP, TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- What was billed stays as it was logged; a week stays on its invoice, and once closed it is never open again.
CREATE TRIGGER contracts_week_locked BEFORE UPDATE ON contracts_week FOR EACH ROW
    WHEN (OLD.status <> 'open' AND (
        NEW.status = 'open' OR OLD.logged <> NEW.logged OR OLD.covered <> NEW.covered
        OR OLD.invoice_id <> NEW.invoice_id
    ))
    EXECUTE FUNCTION contracts_refuse_week('it has been billed');
CREATE TRIGGER contracts_week_permanent BEFORE DELETE OR TRUNCATE ON contracts_week
    FOR EACH STATEMENT EXECUTE FUNCTION contracts_refuse_week('a week stays');
