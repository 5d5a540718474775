"""Counting the cases that somebody opened of late, his domain's and his organisation's: for conditions of rules."""

# As maild/store/counting.py asks; both databases want an expression in brackets of its own.
DOMAIN = {"sqlite": "(substr(address, instr(address, '@') + 1))", "postgresql": "(split_part(address, '@', 2))"}


def up(migrator, db):
    dialect = "sqlite" if type(db).__name__.startswith("Sqlite") else "postgresql"
    db.execute_sql(f"CREATE INDEX address_domain ON address({DOMAIN[dialect]})")
    db.execute_sql("CREATE INDEX cases_customer_opened ON cases(customer, opened_at)")
    # The new one does for it too.
    db.execute_sql("DROP INDEX cases_customer")


def down(migrator, db):
    db.execute_sql("CREATE INDEX cases_customer ON cases(customer)")
    db.execute_sql("DROP INDEX cases_customer_opened")
    db.execute_sql("DROP INDEX address_domain")
