-- Monday's run without rules: what the run writes, set by set, in one transaction. `at` is the noon.
BEGIN;

CREATE TEMP TABLE billed ON COMMIT DROP AS
SELECT contract, start, invoice, version, currency, rate, minutes, over_minutes, (minutes * rate + 30) / 60 AS amount,
       ((minutes * rate + 30) / 60 * 500 + 5000) / 10000 AS fee
FROM (
    SELECT w.contract_id AS contract, w.start, w.invoice_id AS invoice, c.version, c.currency,
           (c.hourly->0->>'rate')::bigint AS rate,
           least(bit_count(w.logged) * 10, coalesce((c.hourly->0->>'limit_hours')::int, 168) * 60)::int AS minutes,
           greatest(0, bit_count(w.logged) * 10 - coalesce((c.hourly->0->>'limit_hours')::int, 168) * 60)::int
               AS over_minutes
    FROM contracts_invoice i
    JOIN contracts_week w ON w.invoice_id = i.id
    JOIN contracts_contract c ON c.id = w.contract_id
    WHERE i.status = 'open' AND i.closes_at <= :'at' AND w.status = 'open'
) AS counted;
ANALYZE billed;

UPDATE contracts_contract c SET version = b.version + 1, due_at = NULL FROM billed b WHERE c.id = b.contract;

UPDATE contracts_week w
SET status = 'charging', rate = b.rate, minutes = b.minutes, amount = b.amount, fee = b.fee, asked_at = :'at'
FROM billed b WHERE w.contract_id = b.contract AND w.start = b.start;

INSERT INTO contracts_event (contract_id, version, at, action, by, params, outcome)
SELECT contract, version + 1, :'at', 'week_closes', 'nobody', jsonb_build_object('week', start),
       jsonb_build_object(
           'before', 'active', 'after', 'active', 'transfers', '[]'::jsonb, 'deadlines', '[]'::jsonb,
           'standing', '["No effect on anybody''s standing.", {}]'::jsonb,
           'explanation', jsonb_build_array(jsonb_build_array(
               'The week of {week} is closed: {hours} hours at {rate} come to {amount}. {client}''s card is asked for '
               'it and a fee of {fee}, in one sum with {client}''s other contracts.',
               jsonb_build_object(
                   'week', to_char(start, 'FMDD Mon YYYY'),
                   'hours', minutes / 60 || ':' || lpad((minutes % 60)::text, 2, '0'),
                   'rate', jsonb_build_object('money', jsonb_build_array(rate, currency)),
                   'amount', jsonb_build_object('money', jsonb_build_array(amount, currency)),
                   'fee', jsonb_build_object('money', jsonb_build_array(fee, currency))
               )
           )) || CASE WHEN over_minutes = 0 THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_array(
               '{hours} hours over the weekly limit are kept and not billed.',
               jsonb_build_object('hours', over_minutes / 60 || ':' || lpad((over_minutes % 60)::text, 2, '0'))
           )) END
       )
FROM billed;

UPDATE contracts_invoice i
SET status = 'charging', amount = b.amount, fee = b.fee, attempts = attempts + 1
FROM (SELECT invoice, sum(amount) AS amount, sum(fee) AS fee FROM billed GROUP BY invoice) AS b
WHERE i.id = b.invoice;

INSERT INTO contracts_outbox (topic, payload)
SELECT 'invoice', jsonb_build_object('attempt', 1, 'invoice', invoice) FROM billed GROUP BY invoice;

COMMIT;
