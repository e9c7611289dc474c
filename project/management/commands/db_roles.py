"""`manage.py db_roles --web NAME --worker NAME`: what each database role may do, and no more."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from project.lib.workflow import Move

READ, ADD = "SELECT", "SELECT, INSERT"
KEEP, ALL = "SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE, DELETE"

# What the pages may do, what the worker may do, and with which rows; with all others, ALL.
RIGHTS = [
    # The log grows through audit_append alone, which runs with its owner's rights.
    (READ, READ, "audit.Event audit.Head"),
    (READ, ADD, "audit.Round kyc.Deletion"),
    (READ, KEEP, "kyc.Sweep"),
    (KEEP, KEEP, "kyc.ReadingBatch"),
    # Who looked at what; all history, see _special. The worker deletes drafts nobody ever sent.
    (ADD, ADD, "kyc.DocumentView"),
    (ADD, "SELECT, INSERT, DELETE", "kyc.IdentityCaseMove fleet.VehicleCaseMove"),
    (KEEP, ALL, "kyc.IdentityCase fleet.VehicleCase kyc.Document"),
    # Kept by law.
    (KEEP, KEEP, "taxes.Tariff taxes.Rate taxes.Notice taxes.Payment taxes.Callback"),
    (KEEP, KEEP, "taxes.Receipt taxes.ReceiptCounter taxes.Refund taxes.Code taxes.Scan"),
    (KEEP, KEEP, "kyc.User fleet.Vehicle fleet.Holding"),
]


class Command(BaseCommand):
    help = (
        "Gives two database roles the rights of the pages and of the worker on every table, and "
        "takes all others away. Run it as the owner of the tables, after each migration. The roles "
        "exist already: CREATE ROLE hetra_web LOGIN PASSWORD '…' NOINHERIT."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--web", required=True, help="the role of the pages")
        parser.add_argument("--worker", required=True, help="the role of the worker and reader")

    @transaction.atomic
    def handle(self, *, web: str, worker: str, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("only PostgreSQL has roles: DATABASE_URL names another database")
        if web == worker:
            raise CommandError("the pages and the worker need a role each")
        with connection.cursor() as cursor:
            for role in (web, worker):
                if fault := _fault(cursor, role):
                    raise CommandError(f"{role} {fault}")
            for statement in statements(cursor, web, worker):
                cursor.execute(statement)
        self.stdout.write(f"{web} and {worker} may do what they need, and nothing else")


def statements(cursor: Any, web: str, worker: str) -> Iterator[str]:
    """The SQL that sets the rights of both roles on all there is now."""
    cursor.execute(
        "SELECT quote_ident(current_schema()), quote_ident(%s), quote_ident(%s)", [web, worker]
    )
    schema, *roles = cursor.fetchone()
    both = ", ".join(roles)
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {both}"
    yield f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM {both}"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {both}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {both}"
    yield f"GRANT EXECUTE ON FUNCTION audit_append(text, text) TO {both}"
    special = {table: rights for table, *rights in _special()}
    for table in sorted(connection.introspection.table_names(cursor)):
        for role, right in zip(roles, special.get(table, (ALL, ALL)), strict=True):
            yield f"GRANT {right} ON {connection.ops.quote_name(table)} TO {role}"


def _special() -> Iterator[tuple[str, str, str]]:
    yield "django_migrations", READ, READ
    for history in Move.__subclasses__():
        yield history._meta.db_table, ADD, ADD
    for web, worker, labels in RIGHTS:
        for label in labels.split():
            yield apps.get_model(label)._meta.db_table, web, worker


def _fault(cursor: Any, role: str) -> str:
    """Why a role cannot be held to any rights, or nothing."""
    cursor.execute(
        "SELECT rolsuper, pg_has_role(rolname, current_user, 'MEMBER') FROM pg_roles"
        " WHERE rolname = %s",
        [role],
    )
    found = cursor.fetchone()
    if found is None:
        return "does not exist: CREATE ROLE … LOGIN PASSWORD '…', and start again"
    is_superuser, is_owner = found
    if is_superuser:
        return "is a superuser, whom no right holds back: make a role that is none"
    return "is, or may become, the owner of the tables: make a role apart" if is_owner else ""
