-- The ledger's promises, kept by the database whatever program writes to it:
--   * a transfer is never changed or deleted;
--   * every transfer runs between two accounts that exist, and moves their live balances, in the same statement;
--   * a live balance changes in no other way, and never falls below zero;
--   * an account is never deleted or renamed.

CREATE VIEW books_entry AS
    SELECT id AS transfer, source AS account, target AS counterpart, currency, -amount AS amount, why, contract, at
    FROM books_transfer
    UNION ALL
    SELECT id, target, source, currency, amount, why, contract, at FROM books_transfer;

CREATE FUNCTION books_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'books: % of % is refused; a correction is a new transfer', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER books_transfer_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON books_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse();
CREATE TRIGGER books_account_permanent BEFORE DELETE OR TRUNCATE ON books_account
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse();
CREATE TRIGGER books_account_key BEFORE UPDATE OF name, currency ON books_account
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse();

-- Balances belong to the trigger below; by hand they cannot be opened above zero or changed.
CREATE FUNCTION books_only_by_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'books: a balance changes only by a transfer'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER books_account_balance BEFORE UPDATE OF balance ON books_account
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION books_only_by_transfer();
CREATE TRIGGER books_account_opening BEFORE INSERT ON books_account
    FOR EACH ROW WHEN (NEW.balance <> 0) EXECUTE FUNCTION books_only_by_transfer();

-- One statement for all transfers of an insert. Accounts are opened by their first transfer; balances are locked in
-- the order of their names, so that two inserts do not wait for each other in a circle.
CREATE FUNCTION books_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO books_account (name, currency, balance)
    SELECT account, currency,
           CASE WHEN account LIKE 'fees:%' OR account LIKE 'provider:%' THEN NULL ELSE 0 END
    FROM (SELECT source AS account, currency FROM posted UNION SELECT target, currency FROM posted) AS named
    WHERE NOT EXISTS (
        SELECT FROM books_account a WHERE a.name = named.account AND a.currency = named.currency
    )
    ORDER BY account, currency
    ON CONFLICT (name, currency) DO NOTHING;

    UPDATE books_account a SET balance = a.balance + moved.amount
    FROM (
        SELECT account, currency, sum(amount) AS amount
        FROM (SELECT source AS account, currency, -amount AS amount FROM posted
              UNION ALL SELECT target, currency, amount FROM posted) AS entries
        WHERE NOT (account LIKE 'fees:%' OR account LIKE 'provider:%')
        GROUP BY account, currency
        HAVING sum(amount) <> 0
        ORDER BY account, currency
    ) AS moved
    WHERE a.name = moved.account AND a.currency = moved.currency;
    RETURN NULL;
END $$;

CREATE TRIGGER books_transfer_post AFTER INSERT ON books_transfer
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION books_post();
