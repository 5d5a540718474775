"""Mailboxes that mail is taken from by IMAP: where we are in each, what became of each mail, and whose each is.

mailbox      one row a mailbox: the UIDVALIDITY that `uid` belongs to, the last UID that was looked at, and the instant (horizon)
             from which on mail is ours to take.  `floor`: UIDs up to it were there before us; `goal`: the last UID of a look at all of it
mailbox_uid  what became of each UID: kept (taken, `after` still to do), done, later (to be fetched again), aside (to be moved), laid
             (moved aside), old, skipped
lease        one owner a mailbox among several daemons, judged by the database's clock
"""

TABLES = """
CREATE TABLE mailbox (
  name TEXT PRIMARY KEY, place TEXT NOT NULL, uidvalidity {int} NOT NULL, uid {int} NOT NULL, floor {int} NOT NULL,
  goal {int} NOT NULL, horizon {int} NOT NULL, state TEXT NOT NULL,
  looked_at {int} NOT NULL, mail_at {int});
CREATE TABLE mailbox_uid (
  mailbox TEXT NOT NULL, uid {int} NOT NULL, fate TEXT NOT NULL, incoming {int}, tries {int} NOT NULL, at {int} NOT NULL,
  error TEXT, PRIMARY KEY (mailbox, uid));
CREATE INDEX mailbox_uid_open ON mailbox_uid(mailbox, fate) WHERE fate NOT IN ('done', 'old', 'skipped');
CREATE TABLE lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until {int} NOT NULL)
"""
INT = {"sqlite": "INTEGER", "postgresql": "BIGINT"}


def up(migrator, db):
    dialect = "sqlite" if type(db).__name__.startswith("Sqlite") else "postgresql"
    for statement in TABLES.format(int=INT[dialect]).split(";"):
        db.execute_sql(statement)


def down(migrator, db):
    for table in ("mailbox", "mailbox_uid", "lease"):
        db.execute_sql(f"DROP TABLE {table}")
