-- The cards' answers without rules: what the run writes when every card has paid, set by set, in one transaction.
BEGIN;

CREATE TEMP TABLE paid ON COMMIT DROP AS
SELECT w.contract_id AS contract, w.start, w.invoice_id AS invoice, c.version, c.currency, c.client_id AS client,
       c.provider, w.minutes, w.amount, w.fee, w.start::timestamptz + interval '12 days' - interval '1 second' AS ends,
       jsonb_build_object('money', jsonb_build_array(w.amount, c.currency)) AS amount_told,
       to_char(w.start, 'FMDD Mon YYYY') AS week_told,
       'client:' || c.client_id AS client_account
FROM contracts_invoice i
JOIN contracts_week w ON w.invoice_id = i.id
JOIN contracts_contract c ON c.id = w.contract_id
WHERE i.status = 'charging' AND w.status = 'charging';
ANALYZE paid;

CREATE TEMP TABLE told ON COMMIT DROP AS
SELECT contract, jsonb_build_array(
    '{client}''s card is charged {amount} for {hours} hours of the week of {week}, and a fee of {fee}. {client} can '
    'dispute hours until {until}; {freelancer} can withdraw the rest from {at}.',
    jsonb_build_object(
        'at', jsonb_build_object('instant', ends + interval '4 days 1 second'),
        'fee', jsonb_build_object('money', jsonb_build_array(fee, currency)),
        'week', week_told,
        'hours', minutes / 60 || ':' || lpad((minutes % 60)::text, 2, '0'),
        'until', jsonb_build_object('instant', ends),
        'amount', amount_told
    )
) AS sentence
FROM paid;
ANALYZE told;

UPDATE contracts_contract c SET version = p.version + 1, due_at = p.ends, remind_at = :'at'::timestamptz + interval '2 days'
FROM paid p WHERE c.id = p.contract;

UPDATE contracts_week w SET status = 'in_review', review_ends = p.ends
FROM paid p WHERE w.contract_id = p.contract AND w.start = p.start;

CREATE TEMP TABLE moved ON COMMIT DROP AS
SELECT contract, step, source, target, currency, moved AS amount, why, version + 1 AS version
FROM paid, LATERAL (VALUES
    (1, 'provider:' || provider, client_account, amount + fee, 'card charge'),
    (2, client_account, 'fee_held:' || contract, fee, 'client fee charged'),
    (3, client_account, 'review:' || contract, amount, 'hours billed')
) AS t(step, source, target, moved, why);
ANALYZE moved;

INSERT INTO books_account AS a (name, currency, balance)
SELECT name, currency, CASE WHEN name LIKE 'provider:%' THEN NULL ELSE sum(amount) END
FROM (SELECT source AS name, currency, -amount AS amount FROM moved
      UNION ALL SELECT target, currency, amount FROM moved) AS entries
GROUP BY name, currency
ON CONFLICT (name, currency) DO UPDATE SET balance = a.balance + excluded.balance;

INSERT INTO books_transfer (source, target, currency, amount, why, contract, version, at)
SELECT source, target, currency, amount, why, contract, version, :'at' FROM moved ORDER BY contract, step;

INSERT INTO contracts_event (contract_id, version, at, action, by, params, outcome)
SELECT contract, version + 1, :'at', 'week_charged', 'nobody', jsonb_build_object('week', start),
       jsonb_build_object(
           'before', 'active', 'after', 'active',
           'transfers', jsonb_build_array(
               jsonb_build_array('provider:' || provider, client_account, amount + fee, currency, 'card charge'),
               jsonb_build_array(client_account, 'fee_held:' || contract, fee, currency, 'client fee charged'),
               jsonb_build_array(client_account, 'review:' || contract, amount, currency, 'hours billed')
           ),
           'standing', '["No effect on anybody''s standing.", {}]'::jsonb,
           'deadlines', jsonb_build_array(jsonb_build_array(
               ends, 'review_ends', jsonb_build_array(
                   'The review of the week of {week} ends: {amount} goes to {freelancer}, unless {client} disputes '
                   'hours before.',
                   jsonb_build_object('week', week_told, 'amount', amount_told)
               ),
               jsonb_build_object('week', start)
           )),
           'explanation', jsonb_build_array(sentence)
       )
FROM paid JOIN told USING (contract);

INSERT INTO contracts_outbox (topic, contract, version, payload)
SELECT 'notice', contract, version + 1, jsonb_build_array(
    jsonb_build_object('to', 'client', 'text', sentence), jsonb_build_object('to', 'freelancer', 'text', sentence)
)
FROM paid JOIN told USING (contract);

UPDATE contracts_invoice SET status = 'paid', answered_at = :'at' WHERE status = 'charging';

DELETE FROM contracts_outbox WHERE topic = 'invoice';

COMMIT;
