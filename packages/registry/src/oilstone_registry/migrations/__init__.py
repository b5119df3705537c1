"""The database's schema, step by step; each step is one transaction."""

from pathlib import Path

import sqlalchemy as sa

HEAD = "0002"


def found(connection: sa.Connection) -> str | None:
    """Return the schema that the database has; None when it has no tables at all.

    Raises ValueError for tables that are not a registry's.
    """
    tables = sa.inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())
    if "schema_version" in tables:
        return "0001"  # before there were migrations
    if tables:
        raise ValueError("other tables")
    return None


def upgrade(connection: sa.Connection) -> None:
    """Bring the database to HEAD, inside the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    tables = sa.inspect(connection).get_table_names()
    if "schema_version" in tables and "alembic_version" not in tables:
        command.stamp(config, "0001")
    command.upgrade(config, HEAD)
