"""personal: what each column may hold of a person, and what erasing him does with it.  The registry that a new column must enter.

COLUMNS[table][column] = one of the words below; tests/privacy/test_registry.py compares it with the database that the migrations
make.  It is read by people and by that test: erasure.py and mentions.py do what it says.

    NOTHING    ids, times, counts, enums and words of ours: nothing of a person
    PARTY      "person:17": a number, which names nobody once the person's row is blank
    KEYED      a hash under the site's key: it says nothing to whoever has not the key
    BLANKED    his own row loses it
    MASKED     his own row loses it; in a row of others he is masked in it
    DELETED    the row goes
    STAFF      names of handlers and admins; handlers are erased in people.yaml
"""

from __future__ import annotations

NOTHING, PARTY, KEYED, BLANKED = "nothing", "party", "keyed", "blanked"
MASKED, DELETED, STAFF = "masked", "deleted", "staff"


def _nothing(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, NOTHING)


COLUMNS: dict[str, dict[str, str]] = {
    "incoming": {
        **_nothing("id", "raw", "source", "protocol", "size", "received_at", "case_id", "state", "attempts", "due_at"),
        "digest": KEYED,
        # The envelope, the client's network address, what was found of trust, the trace, a bug's traceback.
        **dict.fromkeys(("sender", "client", "message_id", "trust", "trace", "error"), MASKED),
    },
    "chunk": {**_nothing("raw", "n"), "bytes": MASKED},
    # Only while a large mail is coming in.
    "staging": _nothing("raw", "at"),
    # Our own address, but whatever stands behind its separator was written by the sender.
    "delivery": {**_nothing("incoming", "received_at"), "recipient": DELETED},
    # messages: ids.
    "letter": {**_nothing("id", "case_id", "kind", "seq", "revoked", "created_at", "messages"), "party": PARTY},
    "outbox": {
        **_nothing("id", "case_id", "kind", "message_id", "state", "attempts", "created_at", "due_at", "sent_at"),
        "party": PARTY,
        **dict.fromkeys(("sender", "recipient"), BLANKED),
        **dict.fromkeys(("error", "parts", "head", "text"), MASKED),
    },
    "cases": {
        **_nothing(
            "id", "number", "desk", "priority", "status", "language", "opened_at", "updated_at", "wake_at", "seq"
        ),
        **_nothing("policy", "waits_for", "archived_at", "expired_at", "due"),
        "handler": STAFF,
        "customer": PARTY,
        # A commitment; the subject itself stands in content.
        "subject": KEYED,
        # The fold of the events: ids, parties, labels of the rules.
        "state": PARTY,
    },
    # Append-only, in the chain: parties, ids, enums; reasons name rules and handlers.  No word of a mail ever stands here.
    "event": {
        **_nothing("id", "case_id", "seq", "kind", "version", "at", "cause", "chain"),
        "actor": STAFF,
        "data": STAFF,
    },
    "message": {
        **_nothing("id", "case_id", "direction", "kind", "incoming", "internal", "standing", "at"),
        "author": PARTY,
        "content": KEYED,
        **dict.fromkeys(("message_id", "attachments"), MASKED),
    },
    "content": {"commitment": KEYED, "salt": BLANKED, "text": MASKED},
    # The words of tasks, offers and requests stand in content.
    "phrase": {"commitment": KEYED, "case_id": NOTHING},
    # His mails' ids, and of others those that are made of his address.
    "reference": {**_nothing("case_id", "message", "own"), "message_id": DELETED},
    "person": {**_nothing("id", "created_at"), **dict.fromkeys(("language", "muted", "spam"), BLANKED), "name": MASKED},
    "address": {"address": DELETED, "person": NOTHING},
    # Names of handlers and desks.
    "counter": {"key": STAFF, "value": NOTHING},
    # Hashes of addresses and domains that anybody could try.
    "budget": {"key": DELETED, **_nothing("bucket", "spent")},
    # Earlier rules may name a customer; today's must not (an erasure is refused until they do not).
    "policy": {**_nothing("hash", "loaded_at", "shipped"), "files": MASKED},
    # The templates of a release; the daemons' machines; the rules' names.
    "shipped": _nothing("hash", "files"),
    "policy_use": _nothing("id", "hash", "at", "node"),
    "rederived": _nothing(
        *("id", "policy", "began_at", "ended_at", "cases", "earlier", "later", "held", "fresh", "gone"),
    ),
    "rule_hit": _nothing("rule", "day", "hits", "decided", "last_at"),
    # A handler's words, which may name anybody; content: a commitment.
    "draft": {
        **_nothing("id", "letter", "case_id", "incoming", "message", "reason", "purpose", "answers"),
        **_nothing("made_at", "expires_at", "state"),
        "party": STAFF,
        "content": KEYED,
        "files": MASKED,
    },
    "setting": _nothing("key", "value"),
    "schema_migration": _nothing("id", "name", "applied"),
    "label": _nothing("label", "case_id"),
    # Who gets copies: with the person, his rows go.
    "watcher": {"case_id": NOTHING, "person": DELETED},
    # Our own mailboxes; error: why a mail lies aside, in words of ours or of the server.
    "mailbox": _nothing(
        *("name", "place", "uidvalidity", "uid", "floor", "goal", "horizon", "state", "looked_at", "mail_at")
    ),
    "mailbox_uid": _nothing("mailbox", "uid", "fate", "incoming", "tries", "at", "error"),
    "absence": {"handler": STAFF, **_nothing("since", "until_at", "provisional")},
    # Keys of handlers; by whom, as a party of theirs.
    "rota_override": {
        **_nothing("swap", "part", "rota", "layer", "since", "until_at", "state", "letter", "cause", "made_at"),
        **dict.fromkeys(("handler", "was", "ordered_by"), STAFF),
    },
    # Whom critical cases called: keys of handlers; error: how the site's program ended, in words of ours.
    "page_call": {
        **_nothing("letter", "rota", "merged", "state", "attempts", "made_at", "due_at", "error"),
        "handler": STAFF,
    },
    "page_case": _nothing("letter", "case_id"),
    "page_missed": _nothing("case_id", "at"),
    # Keys of recurring.yaml and what stands there.
    "recurring": _nothing("entry", "rule", "since", "day"),
    "slip": {
        **_nothing("id", "case_id", "target", "step", "turn", "due_at", "at"),
        **dict.fromkeys(("handler", "who"), STAFF),
    },
    "lease": _nothing("name", "owner", "until"),
    # What is told to the admin speaks of parts and numbers.
    # Hashes of signatures, and of handlers' words with a letter's row and the hour: only who has the mail can try them.
    "proof": _nothing("mark", "at"),
    "alarm": _nothing("part", "since", "told_at", "times", "text"),
    "traffic": _nothing("hour", "mails"),
    "canary": _nothing("message_id", "sent_at", "back_at"),
    # SQLite's columns, and PostgreSQL's.
    "word_index": {"head": MASKED, "text": MASKED, "id": NOTHING, "words": MASKED},
}
