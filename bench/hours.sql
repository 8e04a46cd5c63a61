-- A market by the hour to measure logging on: as many freelancers as contracts, and a client for ten of them.
INSERT INTO people_person (id, password, name, email, roles, time_zone, member_since, is_active)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '!', 'Person ' || n, n || '@bench.example',
       '["client", "freelancer"]', 'UTC', now(), true
FROM generate_series(1, :contracts + 1 + :contracts / 10) AS n;

INSERT INTO contracts_contract (id, version, kind, title, description, currency, provider, client_id, freelancer_id,
                                policy_id, status, created_at, accepted_at, paid, refunded, proposals, disputes, hourly,
                                diary_version)
SELECT ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 1, 'hourly', 'Contract ' || n, '', 'USD', 'sandbox',
       ('00000000-0000-7000-8000-' || lpad(to_hex(:contracts + 1 + n / 10), 12, '0'))::uuid,
       ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       1, 'active', '2026-03-01 00:00Z', '2026-03-01 00:00Z', 0, 0, '[]', '[]',
       '[{"since": "2026-02-23", "rate": 4000, "limit_hours": 40, "manual": true}]', 0
FROM generate_series(1, :contracts) AS n;

-- What COPY writes into: the same columns, keys, checks and exclusion.
CREATE TABLE bench_segment (LIKE diary_segment INCLUDING ALL);
ALTER TABLE bench_segment
    ADD FOREIGN KEY (contract_id) REFERENCES contracts_contract (id) DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (freelancer_id) REFERENCES people_person (id) DEFERRABLE INITIALLY DEFERRED;

ANALYZE;
