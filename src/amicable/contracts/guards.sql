-- The history is append-only.
CREATE FUNCTION contracts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contracts: % of % is refused; the history is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER contracts_event_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON contracts_event
    FOR EACH STATEMENT EXECUTE FUNCTION contracts_refuse();

-- The figures that contracts were made under stay as they were.
CREATE TRIGGER contracts_policy_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON contracts_policy
    FOR EACH STATEMENT EXECUTE FUNCTION contracts_refuse();
INSERT INTO contracts_policy (figures, created_at) VALUES ('{}', now());
