"""Appending, in the database: lock the head, hash, insert, in one question.

The function runs with the rights of whoever owns the tables, so that the roles of the pages and
of the worker append through it alone (docs/operations.md). SQLite, which has neither roles nor
round trips, appends from Python.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION audit_append(
    head text, tail text,
    OUT made bigint, OUT place bigint, OUT earlier text, OUT print text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    -- The canonical form without its number, see chain.canonical: whatever is slow is done here,
    -- before the lock.
    said jsonb := (head || '0' || tail)::jsonb;
BEGIN
    SELECT seq + 1, hash INTO place, earlier FROM audit_head
        WHERE stream = said->>'stream' FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_head (stream, seq, hash) VALUES (said->>'stream', 0, repeat('0', 64))
            ON CONFLICT DO NOTHING;
        SELECT seq + 1, hash INTO place, earlier FROM audit_head
            WHERE stream = said->>'stream' FOR UPDATE;
    END IF;
    print := encode(sha256(convert_to(earlier || E'\\n' || head || place || tail, 'UTF8')), 'hex');
    INSERT INTO audit_event (
        stream, seq, at, actor, actor_role, session_hash, ip, action, object_type, object_id,
        reason, data, prev, hash
    ) VALUES (
        said->>'stream', place, (said->>'at')::timestamptz, (said->>'actor')::bigint,
        said->>'actor_role', said->>'session_hash', said->>'ip', said->>'action',
        said->>'object_type', said->>'object_id', said->>'reason', said->'data', earlier, print
    ) RETURNING id INTO made;
END $$
"""


def forwards(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
    schema_editor.execute(FUNCTION.replace("{schema}", schema), None)
    schema_editor.execute("REVOKE ALL ON FUNCTION audit_append(text, text) FROM PUBLIC", None)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_append(text, text)", None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_only_grows")]

    operations = [migrations.RunPython(forwards, backwards)]
