-- The ledger's promises, kept by the database whatever program writes to it:
--   * a transfer is never changed or deleted, and its id is the database's, so what came later has a higher one;
--   * every transfer runs between two accounts that exist, and moves their live balances, in the same statement;
--   * an account is opened by its first transfer, is of a known kind, and is never deleted or renamed;
--   * a live balance changes in no other way, and never falls below zero;
--   * a checkpoint is never changed.

CREATE VIEW books_entry AS
    SELECT id AS transfer, source AS account, target AS counterpart, currency, -amount AS amount, why, contract, at
    FROM books_transfer
    UNION ALL
    SELECT id, target, source, currency, amount, why, contract, at FROM books_transfer;

-- What each account holds: the live balance, or the last checkpoint and the entries since.
CREATE VIEW books_balance AS
    SELECT a.name AS account, a.currency,
           coalesce(a.balance, coalesce(c.balance, 0) + coalesce((
               SELECT sum(e.amount) FROM books_entry e
               WHERE e.account = a.name AND e.currency = a.currency AND e.transfer > coalesce(c.through, 0)
           ), 0))::bigint AS balance
    FROM books_account a
    LEFT JOIN LATERAL (
        SELECT through, balance FROM books_checkpoint
        WHERE account = a.name AND currency = a.currency
        ORDER BY through DESC LIMIT 1
    ) AS c ON a.balance IS NULL;

CREATE FUNCTION books_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'books: % of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

ALTER TABLE books_transfer
    ALTER COLUMN id SET GENERATED ALWAYS,
    ADD CONSTRAINT books_transfer_id_above_zero CHECK (id > 0);
CREATE TRIGGER books_transfer_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON books_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('a correction is a new transfer');

CREATE TRIGGER books_account_permanent BEFORE DELETE OR TRUNCATE ON books_account
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('an account stays');
CREATE TRIGGER books_account_key BEFORE UPDATE OF name, currency ON books_account
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('an account keeps its name and currency');
-- Accounts and their balances belong to the trigger below, which runs one level deeper than anybody's statement.
CREATE TRIGGER books_account_opening BEFORE INSERT ON books_account
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION books_refuse('an account is opened by its first transfer');
CREATE TRIGGER books_account_balance BEFORE UPDATE OF balance ON books_account
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION books_refuse('a balance changes only by a transfer');
-- Money sent to a misspelt account would be nobody's.
ALTER TABLE books_account
    ADD CONSTRAINT books_account_known_kind
        CHECK (name ~ '^(client|escrow|fee_held|held|available|payout|fees|provider):[a-z0-9][a-z0-9-]*$'),
    ADD CONSTRAINT books_account_currency CHECK (currency ~ '^[A-Z]{3}$');

CREATE TRIGGER books_checkpoint_immutable BEFORE UPDATE ON books_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('delete a false checkpoint; sums then start earlier');
