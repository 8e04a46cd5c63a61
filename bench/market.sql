-- A market to measure on: 1,000 clients, 1,000 freelancers, and contracts whose milestone holds 1,000,000.00 USD.
-- The money comes in by ordinary transfers, so that the books hold.
INSERT INTO people_person (id, password, name, email, roles, time_zone, member_since, is_active)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '!', 'Person ' || n, n || '@bench.example',
       '["client", "freelancer"]', 'UTC', now(), true
FROM generate_series(1, 2000) AS n;

INSERT INTO contracts_contract (id, version, kind, title, description, currency, provider, client_id, freelancer_id,
                                policy_id, status, created_at, accepted_at, paid, refunded, proposals)
SELECT ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 1, 'fixed', 'Contract ' || n, '', 'USD', 'sandbox',
       ('00000000-0000-7000-8000-' || lpad(to_hex(1 + n % 1000), 12, '0'))::uuid,
       ('00000000-0000-7000-8000-' || lpad(to_hex(1001 + n / 7 % 1000), 12, '0'))::uuid,
       1, 'active', now(), now(), 0, 0, '[]'
FROM generate_series(1, :contracts) AS n;

INSERT INTO contracts_milestone (id, contract_id, position, title, amount, status, escrow, paid)
SELECT ('00000000-0000-7000-a000-' || right(id::text, 12))::uuid, id, 0, 'Milestone', 100000000, 'funded', 100000000, 0
FROM contracts_contract;

INSERT INTO books_transfer (source, target, currency, amount, why, contract, version, at)
SELECT t.source, t.target, 'USD', t.amount, t.why, c.id, 1, now()
FROM contracts_contract c
CROSS JOIN LATERAL (VALUES
    ('provider:sandbox', 'client:' || client_id, 105000000, 'card charge'),
    ('client:' || client_id, 'fee_held:' || id, 5000000, 'client fee charged'),
    ('client:' || client_id, 'escrow:' || id, 100000000, 'escrow funded')
) AS t (source, target, amount, why);

INSERT INTO contracts_event (contract_id, version, at, action, by, params, outcome)
SELECT contract, version, min(at), 'charge_succeeded', 'nobody', '{}',
       jsonb_build_object('before', 'active', 'after', 'active', 'explanation', '[]'::jsonb, 'deadlines', '[]'::jsonb,
                          'standing', '["", {}]'::jsonb,
                          'transfers', jsonb_agg(jsonb_build_array(source, target, amount, currency, why) ORDER BY id))
FROM books_transfer GROUP BY contract, version;

ANALYZE;
