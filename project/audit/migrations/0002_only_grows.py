"""Triggers: the database refuses whatever would change the log, and moves the heads itself.

A head that follows its events by a trigger saves `record` a question while others wait.
Plain SQL rather than a package: SQLite must refuse too. The owner of the tables can take triggers
away; the chain and its anchors then tell (docs/adr/0011).
"""

from django.db import migrations

POSTGRESQL = [
    """
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit log only grows: % on % refused', TG_OP, TG_TABLE_NAME;
    END $$
    """,
    """
    CREATE FUNCTION audit_advance() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.stream <> OLD.stream OR NEW.seq <> OLD.seq + 1 THEN
            RAISE EXCEPTION 'the head of an audit stream goes one step at a time';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION audit_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE stream = NEW.stream;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER audit_event_head AFTER INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_follow()",
    "CREATE TRIGGER audit_event_rows BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_event_table BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_head_rows BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_head_table BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_head_step BEFORE UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_advance()",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER audit_event_head ON audit_event",
    "DROP TRIGGER audit_event_rows ON audit_event",
    "DROP TRIGGER audit_event_table ON audit_event",
    "DROP TRIGGER audit_head_rows ON audit_head",
    "DROP TRIGGER audit_head_table ON audit_head",
    "DROP TRIGGER audit_head_step ON audit_head",
    "DROP FUNCTION audit_refuse()",
    "DROP FUNCTION audit_advance()",
    "DROP FUNCTION audit_follow()",
]
SQLITE = [
    f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, 'the audit log only grows: {what} on {table} refused'); END"
    for table, what in [
        ("audit_event", "UPDATE"),
        ("audit_event", "DELETE"),
        ("audit_head", "DELETE"),
    ]
]
SQLITE += [
    "CREATE TRIGGER audit_event_head AFTER INSERT ON audit_event BEGIN UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE stream = NEW.stream; END",
    "CREATE TRIGGER audit_head_step BEFORE UPDATE ON audit_head WHEN NEW.stream <> OLD.stream OR NEW.seq <> OLD.seq + 1 BEGIN SELECT RAISE(ABORT, 'the head of an audit stream goes one step at a time'); END",
]
SQLITE_BACK = [f"DROP TRIGGER {statement.split()[2]}" for statement in SQLITE]

FORWARDS = {"postgresql": POSTGRESQL, "sqlite": SQLITE}
BACKWARDS = {"postgresql": POSTGRESQL_BACK, "sqlite": SQLITE_BACK}


def refuse(apps, schema_editor):
    for statement in FORWARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


def allow(apps, schema_editor):
    for statement in BACKWARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(refuse, allow)]
