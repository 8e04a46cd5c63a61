-- What an insert of transfers does to accounts: they are opened by their first transfer, and their live balances move.
--
-- Balances are changed one by one, in the order of the accounts' names: two inserts do not wait for each other in a
-- circle, and each is looked up by its key. A single statement over all of them would depend on a plan that is kept for
-- the session; made while the table seemed empty, it compares every account with every other.
CREATE OR REPLACE FUNCTION books_post() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    moved record;
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

    FOR moved IN
        SELECT account, currency, sum(amount) AS amount
        FROM (SELECT source AS account, currency, -amount AS amount FROM posted
              UNION ALL SELECT target, currency, amount FROM posted) AS entries
        WHERE NOT (account LIKE 'fees:%' OR account LIKE 'provider:%')
        GROUP BY account, currency
        HAVING sum(amount) <> 0
        ORDER BY account, currency
    LOOP
        UPDATE books_account a SET balance = a.balance + moved.amount
        WHERE a.name = moved.account AND a.currency = moved.currency;
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER books_transfer_post AFTER INSERT ON books_transfer
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION books_post();
