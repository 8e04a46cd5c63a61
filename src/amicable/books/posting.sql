-- What an insert of transfers does to accounts: they are opened by their first transfer, and their live balances move.
--
-- All accounts of the insert are opened, or else locked, in the order of their names before anything is taken from one
-- of them: two inserts do not wait for each other in a circle. An account that comes out even is not locked, nor is one
-- of the platform's, which carry no live balance and which all inserts share. Accounts are looked up by their key: a
-- plan is kept for the session, and one that was made while the table seemed empty would read all of it.
CREATE OR REPLACE FUNCTION books_post() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    accounts text[];
    currencies text[];
    amounts bigint[];
BEGIN
    SELECT array_agg(account), array_agg(currency), array_agg(amount) INTO accounts, currencies, amounts
    FROM (
        SELECT account, currency,
               CASE WHEN account LIKE 'fees:%' OR account LIKE 'provider:%' THEN NULL ELSE sum(amount) END AS amount
        FROM (SELECT source AS account, currency, -amount AS amount FROM posted
              UNION ALL SELECT target, currency, amount FROM posted) AS entries
        GROUP BY account, currency
        ORDER BY account, currency
    ) AS moved;
    IF accounts IS NULL THEN
        RETURN NULL;
    END IF;

    INSERT INTO books_account (name, currency, balance)
    SELECT account, currency, amount FROM unnest(accounts, currencies, amounts) AS moved(account, currency, amount)
    WHERE amount IS NULL OR amount = 0
    ON CONFLICT (name, currency) DO NOTHING;

    -- A conflict locks the account, also where nothing comes in.
    INSERT INTO books_account AS a (name, currency, balance)
    SELECT account, currency, greatest(amount, 0)
    FROM unnest(accounts, currencies, amounts) AS moved(account, currency, amount)
    WHERE amount <> 0
    ON CONFLICT (name, currency) DO UPDATE SET balance = a.balance + excluded.balance WHERE excluded.balance > 0;

    FOR i IN 1 .. cardinality(accounts) LOOP
        CONTINUE WHEN amounts[i] IS NULL OR amounts[i] >= 0;
        UPDATE books_account SET balance = balance + amounts[i]
        WHERE name = accounts[i] AND currency = currencies[i];
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER books_transfer_post AFTER INSERT ON books_transfer
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION books_post();
