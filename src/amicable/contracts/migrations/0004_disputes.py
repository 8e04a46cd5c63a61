from django.db import migrations, models

TURN_INTO_A_LIST = """
UPDATE contracts_contract c SET disputes = jsonb_build_array(
    c.dispute - 'answer' || jsonb_build_object(
        'frozen', coalesce(
            (SELECT jsonb_agg(jsonb_build_object('id', m.id, 'amount', m.escrow, 'release_at', m.release_at)
                              ORDER BY m.position)
             FROM contracts_milestone m WHERE m.contract_id = c.id AND m.escrow > 0), '[]'),
        'statements', CASE WHEN c.dispute->>'answered_at' IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(
            jsonb_build_object(
                'by', CASE c.dispute->>'opened_by' WHEN 'client' THEN 'freelancer' ELSE 'client' END, 'person', NULL,
                'at', c.dispute->'answered_at', 'action', 'answer_dispute', 'text', c.dispute->'answer')) END,
        'ruling', CASE WHEN jsonb_typeof(c.dispute->'ruling') = 'object'
            THEN c.dispute->'ruling' || '{"segments": null}' ELSE 'null'::jsonb END,
        'client_claim', NULL, 'freelancer_claim', NULL, 'moved_at', NULL, 'request', NULL, 'appeal', NULL,
        'accepted_by', '[]'::jsonb, 'charge', NULL, 'closing', NULL, 'week', NULL, 'segments', NULL))
WHERE c.dispute IS NOT NULL;
-- The clocks of what is in dispute stand still.
UPDATE contracts_milestone m SET release_at = NULL
FROM contracts_contract c WHERE c.id = m.contract_id AND c.dispute IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0003_hours")]
    operations = [
        migrations.AddField(
            model_name="contract",
            name="disputes",
            field=models.JSONField(default=list),
        ),
        migrations.RunSQL(TURN_INTO_A_LIST),
        migrations.RemoveIndex(model_name="contract", name="contract_dispute"),
        migrations.RemoveField(model_name="contract", name="dispute"),
        migrations.AddIndex(
            model_name="contract",
            index=models.Index(
                condition=models.Q(("disputes", []), _negated=True), fields=["id"], name="contract_disputed"
            ),
        ),
    ]
