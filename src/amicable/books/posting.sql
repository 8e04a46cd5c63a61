-- What an insert of transfers does to accounts: they are opened by their first transfer, and their live balances move.
--
-- One account after the other, in the order of their names: two inserts do not wait for each other in a circle, and each
-- account is looked up by its key. A statement over all of them would depend on a plan that is kept for the session; made
-- while the table seemed empty, it compares every account with every other.
CREATE OR REPLACE FUNCTION books_post() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    moved record;
BEGIN
    FOR moved IN
        SELECT account, currency, CASE WHEN is_bounded THEN sum(amount) ELSE 0 END AS amount, is_bounded
        FROM (
            SELECT account, currency, amount, NOT (account LIKE 'fees:%' OR account LIKE 'provider:%') AS is_bounded
            FROM (SELECT source AS account, currency, -amount AS amount FROM posted
                  UNION ALL SELECT target, currency, amount FROM posted) AS entries
        ) AS known
        GROUP BY account, currency, is_bounded
        ORDER BY account, currency
    LOOP
        UPDATE books_account a SET balance = a.balance + moved.amount
        WHERE a.name = moved.account AND a.currency = moved.currency AND moved.amount <> 0;
        CONTINUE WHEN FOUND OR (moved.amount = 0 AND EXISTS (
            SELECT FROM books_account a WHERE a.name = moved.account AND a.currency = moved.currency
        ));
        INSERT INTO books_account (name, currency, balance)
        VALUES (moved.account, moved.currency, CASE WHEN moved.is_bounded THEN 0 END)
        ON CONFLICT (name, currency) DO NOTHING;
        UPDATE books_account a SET balance = a.balance + moved.amount
        WHERE a.name = moved.account AND a.currency = moved.currency AND moved.amount <> 0;
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER books_transfer_post AFTER INSERT ON books_transfer
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION books_post();
