"""The tables as they are now. How they came to be is in `migrations`; a test holds the two equal.

Every row of versions, aliases, pins, decisions and experiments follows from the events, which are
a hash chain; outcomes are a log of their own.
"""

import sqlalchemy as sa

metadata = sa.MetaData()


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


versions = sa.Table(
    "versions",
    metadata,
    # The lora_int_id of a serving engine: increasing, from 1, never given twice.
    _key(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("seal", sa.Text),  # of the manifest; NULL before schema 2
    sa.Column("base_digest", sa.Text),
    sa.Column("base_model", sa.Text),
    sa.Column("rank", sa.Integer),
    sa.Column("domains", sa.JSON, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("registered_at", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("decision", sa.Text),
    # Of the report behind the decision; what users see is another number, from the outcomes.
    sa.Column("offline_success_rate", sa.Float),
    sa.UniqueConstraint("name", "version", name="one_version"),
    sa.UniqueConstraint("name", "digest", name="one_digest"),
    sqlite_autoincrement=True,
)

_production = versions.c.status == "production"
sa.Index(
    "one_production_version",
    versions.c.name,
    unique=True,
    sqlite_where=_production,
    postgresql_where=_production,
)

aliases = sa.Table(
    "aliases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("alias", sa.Text, primary_key=True),
    sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id"), nullable=False),
    sa.Column("previous_id", sa.Integer, sa.ForeignKey("versions.id")),
    sa.Column("generation", sa.Integer, nullable=False),
)

pins = sa.Table(
    "pins",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("gates", sa.Text, nullable=False),  # the gate file's recipe_sha256
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("adapter", sa.Text, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
    sa.Column("gates", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
)

experiments = sa.Table(
    "experiments",
    metadata,
    _key(),
    sa.Column("experiment", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("control_id", sa.Integer, sa.ForeignKey("versions.id"), nullable=False),
    sa.Column("candidate_id", sa.Integer, sa.ForeignKey("versions.id"), nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("traffic", sa.Integer, nullable=False),  # the candidate's, in 1/10,000
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text),
    sa.Column("started_at", sa.Text, nullable=False),
    sa.Column("closed_at", sa.Text),
    sqlite_autoincrement=True,
)

_running = experiments.c.status == "running"
sa.Index(
    "one_running_experiment",
    experiments.c.name,
    unique=True,
    sqlite_where=_running,
    postgresql_where=_running,
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    _key(),
    sa.Column("experiment_id", sa.Integer, sa.ForeignKey("experiments.id"), nullable=False),
    sa.Column("version_id", sa.Integer, sa.ForeignKey("versions.id"), nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("unit_hash", sa.Text, nullable=False),
    sa.Column("arm", sa.Text, nullable=False),
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("time", sa.Text, nullable=False),
    sa.Column("outcome", sa.Float, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float),
    sa.Column("latency_ms", sa.Float),
    sa.UniqueConstraint("experiment_id", "request_id", name="one_outcome"),
    sqlite_autoincrement=True,
)

sa.Index("outcomes_of_unit", outcomes.c.experiment_id, outcomes.c.unit_hash)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.Text),
    sa.Column("from_status", sa.Text),
    sa.Column("to_status", sa.Text),
    sa.Column("changes", sa.Text, nullable=False),  # canonical JSON: [[table, row after], ...]
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)

settings = sa.Table(
    "settings",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

# What the events say everything about, and by which columns a row of it is known.
REPLAYED = {
    "versions": (versions, ("id",)),
    "aliases": (aliases, ("name", "alias")),
    "pins": (pins, ("name",)),
    "decisions": (decisions, ("digest",)),
    "experiments": (experiments, ("id",)),
}
