-- What was agreed once stays on record as it was.
CREATE TRIGGER contracts_terms_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON contracts_terms
    FOR EACH STATEMENT EXECUTE FUNCTION contracts_refuse();

-- The terms of contracts that are there already are those of their offers.
INSERT INTO contracts_terms (contract_id, number, since, proposed_by, note, terms)
SELECT c.id, 1, c.created_at, 'client', '', jsonb_build_object(
    'description', c.description,
    'milestones', coalesce((
        SELECT jsonb_agg(jsonb_build_object('id', m.id, 'title', m.title, 'amount', m.amount, 'due', m.due)
                         ORDER BY m.position)
        FROM contracts_milestone m WHERE m.contract_id = c.id), '[]'),
    'rate', c.hourly->-1->'rate', 'weekly_limit_hours', c.hourly->-1->'limit_hours',
    'manual_time', c.hourly->-1->'manual', 'change_rounds', NULL, 'review_days', NULL)
FROM contracts_contract c;

-- Their escrow has clocks now; a worker sees when they strike.
UPDATE contracts_contract c SET due_at = now()
WHERE due_at IS NULL AND EXISTS (SELECT FROM contracts_milestone m WHERE m.contract_id = c.id AND m.escrow > 0);
