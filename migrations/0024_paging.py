"""Pages of critical cases: page_call, a row for each letter that calls a handler, with what became of the site's own program for it;
page_case, the cases that such a letter tells of; page_missed, the cases of which nobody answered.
"""

CALL = """CREATE TABLE page_call(
 letter {big} NOT NULL PRIMARY KEY, handler TEXT NOT NULL, rota TEXT NOT NULL, merged INTEGER NOT NULL,
 state TEXT NOT NULL, attempts INTEGER NOT NULL, made_at {big} NOT NULL, due_at {big} NOT NULL, error TEXT NOT NULL)"""
CASE = "CREATE TABLE page_case(letter {big} NOT NULL, case_id {big} NOT NULL, PRIMARY KEY(letter, case_id))"
MISSED = "CREATE TABLE page_missed(case_id {big} NOT NULL PRIMARY KEY, at {big} NOT NULL)"
INDEXES = (
    "CREATE INDEX page_call_due ON page_call(due_at)",
    "CREATE INDEX page_case_case ON page_case(case_id)",
)


def up(migrator, db):
    big = "INTEGER" if type(db).__name__.startswith("Sqlite") else "BIGINT"
    for statement in (*(table.format(big=big) for table in (CALL, CASE, MISSED)), *INDEXES):
        db.execute_sql(statement)


def down(migrator, db):
    for table in ("page_missed", "page_case", "page_call"):
        db.execute_sql(f"DROP TABLE {table}")
