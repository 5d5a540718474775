"""What the watch remembers: how much mail came in which hour, which alarms were told, which mails to itself are out.

traffic  mails from outside by hour (hours since 1970 in UTC), and how far `incoming` has been counted (the row with hour -1)
alarm    a cause: since when it is ill (NULL: well), when the admin was last told and how often of this illness
canary   mails to ourselves: sent, and back
"""

TABLES = """
CREATE TABLE traffic (hour {int} PRIMARY KEY, mails {int} NOT NULL);
CREATE TABLE alarm (part TEXT PRIMARY KEY, since {int}, told_at {int} NOT NULL, times {int} NOT NULL, text TEXT NOT NULL);
CREATE TABLE canary (message_id TEXT PRIMARY KEY, sent_at {int} NOT NULL, back_at {int})
"""

WORDS = {"sqlite": {"int": "INTEGER"}, "postgresql": {"int": "BIGINT"}}


def up(migrator, db):
    dialect = "sqlite" if type(db).__name__.startswith("Sqlite") else "postgresql"
    for statement in TABLES.format(**WORDS[dialect]).split(";"):
        db.execute_sql(statement)


def down(migrator, db):
    for table in ("traffic", "alarm", "canary"):
        db.execute_sql(f"DROP TABLE {table}")
