"""Promises: when what is promised of an open case is due, and what a change of the policy moved.

due: JSON, target -> milliseconds since 1970.  cases.policy names by which policy it was worked out: that of an open case is none until
it has been looked at, for no release before kept a case's clocks.
"""

OPEN = "status IN ('new', 'open', 'waiting', 'on_hold')"
UP = (
    "ALTER TABLE cases ADD COLUMN due TEXT",
    f"UPDATE cases SET policy='' WHERE {OPEN}",
    f"CREATE INDEX cases_open_policy ON cases(status, policy) WHERE {OPEN}",
    "CREATE TABLE rederived(id {plain_id}, policy TEXT NOT NULL, began_at {int} NOT NULL, ended_at {int}, cases {int} NOT NULL,"
    " earlier {int} NOT NULL, later {int} NOT NULL, held {int} NOT NULL, fresh {int} NOT NULL, gone {int} NOT NULL)",
)
WORDS = {
    True: {"plain_id": "INTEGER PRIMARY KEY", "int": "INTEGER"},
    False: {"plain_id": "BIGINT PRIMARY KEY", "int": "BIGINT"},
}


def up(migrator, db):
    words = WORDS[type(db).__name__.startswith("Sqlite")]
    for statement in UP:
        db.execute_sql(statement.format(**words))


def down(migrator, db):
    db.execute_sql("DROP TABLE rederived")
    db.execute_sql("DROP INDEX cases_open_policy")
    db.execute_sql("ALTER TABLE cases DROP COLUMN due")
