-- The promises of the ledger that the run's transfers touch, kept in the ordinary way: by foreign keys. The SQL opens
-- accounts and moves balances itself.
DROP TRIGGER books_transfer_post ON books_transfer;
DROP TRIGGER books_account_opening ON books_account;
DROP TRIGGER books_account_balance ON books_account;
ALTER TABLE books_transfer
    ADD CONSTRAINT books_transfer_source FOREIGN KEY (source, currency) REFERENCES books_account (name, currency),
    ADD CONSTRAINT books_transfer_target FOREIGN KEY (target, currency) REFERENCES books_account (name, currency);
