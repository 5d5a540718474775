"""Policies: what ships with maild once for all of them, which one was in force since when, and how often each rule matched.

rule_hit: by the rule's name and the day (days since 1970, UTC); decided: it made at least one decision.
"""

TABLES = (
    "CREATE TABLE shipped(hash TEXT PRIMARY KEY, files TEXT NOT NULL)",
    "CREATE TABLE policy_use(id {plain_id}, hash TEXT NOT NULL, at {int} NOT NULL, node TEXT NOT NULL)",
    "CREATE TABLE rule_hit(rule TEXT NOT NULL, day {int} NOT NULL, hits {int} NOT NULL, decided {int} NOT NULL,"
    " last_at {int} NOT NULL, PRIMARY KEY(rule, day))",
    "ALTER TABLE policy ADD COLUMN shipped TEXT NOT NULL DEFAULT ''",
)
WORDS = {
    True: {"plain_id": "INTEGER PRIMARY KEY", "int": "INTEGER"},
    False: {"plain_id": "BIGINT PRIMARY KEY", "int": "BIGINT"},
}


def up(migrator, db):
    words = WORDS[type(db).__name__.startswith("Sqlite")]
    for statement in TABLES:
        db.execute_sql(statement.format(**words))


def down(migrator, db):
    db.execute_sql("ALTER TABLE policy DROP COLUMN shipped")
    for table in ("rule_hit", "policy_use", "shipped"):
        db.execute_sql(f"DROP TABLE {table}")
