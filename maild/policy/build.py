"""build: the folder rules/ -> Policy.

load(rules, texts, limits) -> Policy; RuleError with every problem of every file at once.  tests(policy) -> the tests beside rules.
desks.yaml and people.yaml are needed, routing.yaml and organisations.yaml are not: without rules everybody of a desk's team has a turn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from maild.errors import Problem, RuleError
from maild.model.message import Kind
from maild.model.people import Desk, Handler, Line, Organisation, Retention, Role
from maild.model.policy import Choice, Decisions, Facts, Limits, Notice, Policy, Rule, Texts
from maild.policy import check, conditions, organisations, staffing
from maild.policy.compare import Place, Site, strings
from maild.policy.schema import HOW, PRIORITIES, ROLES, DeskForm, HandlerForm, RuleForm, RuleTest, SetForm, TestForm
from maild.policy.shape import Known, Strict, fits, key_problem
from maild.policy.source import Source, nearest, raise_all

LANGUAGES = ("nb", "nn", "sl", "en")
FILES = ("desks.yaml", "people.yaml", "routing.yaml", organisations.FILE)
BUILT_IN = "built in"
NOTICES = (
    Notice("opened", "customer", "ack"),
    Notice("opened", "handler", "notice"),
    Notice("received", "handler", "update", wait=True),
    Notice("replied", "customer", "update"),
    Notice("solved", "customer", "closing"),
    Notice("assigned", "handler", "notice"),
    Notice("woken", "handler", "woken"),
    Notice("promised", "customer", "promised"),
)
_MOST_RULES = 2000
_EXPECTED = ("desk", "handler", "priority", "acknowledge", "discard", "confidential")
Staff = Mapping[str, Handler | None]
Form = TypeVar("Form", bound=Strict)


def load(rules: Path, texts: Texts | Callable[[], Texts], limits: Limits | None = None) -> Policy:
    """The policy of these files.  texts may be a function, so that its problems are told together with these."""
    desks_file, people_file = (Source.open(rules / name, name, _cure(rules)) for name in FILES[:2])
    routing_file, customers_file = (_optional(rules / name) for name in FILES[2:])
    folder = _strays(rules)
    words, broken = _texts(texts)
    languages = words.languages() if words else LANGUAGES
    desks = _desks(desks_file, languages)
    site = _site(desks_file, desks, languages)
    handlers = _handlers(people_file, site)
    check.people(desks_file, people_file, desks, handlers)
    staffing.check(desks_file, people_file, desks, handlers)
    staff = _named(people_file, handlers)
    found = tuple(_rules(routing_file, site, staff))
    check.routing(routing_file, found)
    list(_tests(routing_file, site, staff))
    customers = _organisations(customers_file)
    organisations.check(customers_file, customers, desks, handlers)
    read = (desks_file, people_file, routing_file, customers_file)
    raise_all((*read, folder, broken))
    assert words is not None
    files = {source.name: source.text for source in read if source.text}
    files |= getattr(words, "files", {})
    rules_ = (*found, *built_in())
    return Policy(
        _hash(files), desks, handlers, rules_, NOTICES, words, limits or Limits(), files, organisations=customers
    )


def _optional(file: Path) -> Source:
    return Source.open(file, file.name, "") if file.exists() else Source(file.name)


def tests(policy: Policy) -> tuple[RuleTest, ...]:
    """The tests that stand beside the rules of a policy."""
    source = Source.of(policy.files.get(FILES[2], ""), FILES[2])
    site = _site(Source.of(policy.files[FILES[0]], FILES[0]), policy.desks, policy.texts.languages())
    return tuple(_tests(source, site, policy.handlers))


class _Anything(dict[str, Any]):
    """What an unreadable file may have named: its own problem is enough, so no reference to it is another."""

    def __contains__(self, key: object) -> bool:
        return True


def _named(source: Source, fitting: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entries by key; those that have problems of their own are there too, as None."""
    document = source.document
    if document is None and source.problems:
        return _Anything()
    keys = document if isinstance(document, dict) else [x.get("key") for x in document or () if isinstance(x, dict)]
    return {key: fitting.get(key) for key in keys if isinstance(key, str)}


def _site(source: Source, desks: Mapping[str, Desk], languages: tuple[str, ...]) -> Site:
    return Site(_named(source, desks), languages)


def _known(site: Site) -> Known:
    if isinstance(site.desks, _Anything):
        return Known(_Anything(), site.languages)
    return Known({key: desk is not None and desk.retired for key, desk in site.desks.items()}, site.languages)


def _cure(rules: Path) -> str:
    return (
        "write it, or let  maild init DIR  write a first one"
        if rules.is_dir()
        else f"there is no folder {rules}: maild init DIR"
    )


def _strays(rules: Path) -> Source:
    """A file that nobody reads is a rule that nobody follows."""
    folder = Source(rules.name)
    for path in sorted([*rules.glob("*.yaml"), *rules.glob("*.yml")]):
        if path.name not in FILES:
            cure = f"{nearest(path.name, FILES)}; move away what is no rule"
            folder.problems.append(Problem(path.name, 0, 0, "is no file of the policy", cure))
    return folder


def _texts(texts: Texts | Callable[[], Texts]) -> tuple[Texts | None, Source]:
    problems = Source("templates")
    if not callable(texts):
        return texts, problems
    try:
        return texts(), problems
    except RuleError as error:
        problems.problems += error.problems
        return None, problems


def _hash(files: Mapping[str, str]) -> str:
    """Names the files by their content."""
    whole = hashlib.sha256()
    for name, text in sorted(files.items()):
        whole.update(f"{name}\n{len(text.encode())}\n{text}".encode())
    return whole.hexdigest()


# --- desks and people -----------------------------------------------------------------------------------------------------------


def _desks(source: Source, languages: tuple[str, ...]) -> dict[str, Desk]:
    desks = {}
    for key, form in _entries(source, DeskForm, "desk", Known({}, languages)):
        desks[key] = Desk(
            key,
            tuple(form.addresses),
            form.name,
            form.language,
            form.zone,
            form.number,
            form.first_number,
            form.signature,
            form.separator,
            form.reopen,
            form.retired,
            Retention(form.retention.raw, form.retention.letters, form.retention.cases),
            form.legal_hold,
            form.archive_first,
            tuple(Line(name, tuple(keys)) for name, keys in form.lines.items()),
            form.shows,
            form.confidential,
        )
    return desks


def _handlers(source: Source, site: Site) -> dict[str, Handler]:
    handlers = {}
    for key, form in _entries(source, HandlerForm, "handler", _known(site)):
        desks, (role, roles) = tuple(form.desks), _roles(form.role)
        digest = "" if form.digest == "none" else form.digest
        who = (key, form.name, tuple(form.addresses), desks, role, form.language, form.retired)
        handlers[key] = Handler(*who, tuple(form.cover), digest, roles, tuple(form.members or ()))
    return handlers


def _roles(value: str | Mapping[str, str]) -> tuple[Role, tuple[tuple[str, Role], ...]]:
    """One word for all desks, or a word for each; where none is said he is a handler."""
    if isinstance(value, str):
        return ROLES[value], ()
    return Role.HANDLER, tuple((desk, ROLES[word]) for desk, word in value.items())


def _organisations(source: Source) -> dict[str, Organisation]:
    if not source.text.strip() and not source.problems:
        return {}
    form, known = organisations.OrganisationForm, Known({}, LANGUAGES)
    return {key: organisations.made(key, fitting) for key, fitting in _entries(source, form, "organisation", known)}


def _entries(source: Source, form: type[Form], what: str, known: Known) -> Iterator[tuple[str, Form]]:
    """The entries of a mapping by key, or of a list whose entries name their key."""
    document = source.document
    if isinstance(document, dict) and document:
        pairs: list[tuple[Any, tuple[str | int, ...], Any]] = [(key, (key,), value) for key, value in document.items()]
    elif isinstance(document, list) and document:
        pairs = list(_keyed(source, document, what))
    else:
        if not source.problems:
            source.wrong(
                (), f"must name at least one {what}", f"write KEY: and below it, indented, what the {what} has"
            )
        return
    seen: dict[str, tuple[str | int, ...]] = {}
    for key, path, value in pairs:
        problem = key_problem(key)
        if problem:
            source.wrong(path, *problem)
        if key in seen:
            source.wrong(
                path,
                f"the {what} {key!r} stands here a second time",
                f"it stands on line {source.place(seen[key])[0]} too",
            )
            continue
        seen[key] = path
        fitting = fits(form, source, path, value, known)
        if fitting is not None:
            yield key, fitting


def _keyed(source: Source, document: list[Any], what: str) -> Iterator[tuple[str, tuple[str | int, ...], Any]]:
    for index, entry in enumerate(document):
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(key, str):
            source.wrong((index,), f"this {what} has no key", "add  key: a-short-name")
            continue
        yield key, (index,), {name: value for name, value in entry.items() if name != "key"}


# --- routing --------------------------------------------------------------------------------------------------------------------


def _rules(source: Source, site: Site, staff: Staff) -> Iterator[Rule]:
    known = _known(site)
    for index, entry in _listed(source):
        # Condition and handler are judged even where the rule's form is wrong: all problems at once.
        form = fits(RuleForm, source, (index,), entry, known)
        raw: dict[str, Any] = entry if isinstance(entry, dict) else {}
        decided = raw.get("set")
        handler = decided.get("handler") if isinstance(decided, dict) else None
        when = conditions.compile(raw.get("when"), Place(source, (index, "when"), site))
        choice = None if handler is None else _choice(handler, Place(source, (index, "set", "handler"), site), staff)
        if form is not None:
            decisions = _decisions(form.set, choice)
            yield Rule(form.name, source.where((index,)), when, decisions, form.because.strip(), form.stop)


def _listed(source: Source) -> Iterator[tuple[int, Any]]:
    if source.document is None:
        return
    if not isinstance(source.document, list):
        source.wrong((), "must be a list of rules", "begin each rule with  - name: ...")
        return
    if len(source.document) > _MOST_RULES:
        source.wrong((_MOST_RULES,), f"more than {_MOST_RULES} rules", "put texts into lists: any of them is enough")
        return
    yield from enumerate(source.document)


def _decisions(form: SetForm, choice: Choice | None) -> Decisions:
    priority = PRIORITIES[form.priority] if form.priority else None
    labels = tuple(dict.fromkeys(form.label))
    return Decisions(form.desk, choice, priority, labels, form.acknowledge, form.discard, form.confidential)


def _choice(value: Any, place: Place, staff: Staff) -> Choice:
    """KEY, none, {round_robin: KEYS or all} or {least_loaded: KEYS or all}."""
    if value in ("none", "nobody"):
        return Choice("nobody", ())
    if isinstance(value, str):
        _known_handler(value, place, staff)
        return Choice("named", (value,))
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in HOW:
        place.wrong("does not say who", "write a key, none, {round_robin: all} or {least_loaded: [kari, ola]}")
        return Choice("nobody", ())
    how, keys = next(iter(value.items()))
    if keys == "all":
        return Choice(how, (), "desk")
    listed = strings(keys, place.at(how)) or []
    for index, key in enumerate(listed):
        here = place.at(how).at(index) if isinstance(keys, list) else place.at(how)
        _known_handler(key, here, staff)
        if key in listed[:index]:
            here.wrong(f"{key!r} stands here twice", "name everybody once")
    return Choice(how, tuple(listed), "+".join(listed))


def _known_handler(key: str, place: Place, staff: Staff) -> None:
    handler = staff.get(key)
    if key not in staff:
        place.wrong(f"there is no handler {key!r}", nearest(key, staff))
    elif handler is not None and handler.retired:
        place.wrong(f"the handler {key!r} is retired", "name another")


class _Automatic:
    """Not a person's mail."""

    def failed(self, facts: Facts) -> str:
        return "" if facts.automatic or facts.kind not in ("", Kind.PERSON) else "automatic: true"


def built_in() -> tuple[Rule, ...]:
    """What holds after the admin's rules, `stop` or not: they decide what those left open."""
    quiet = Decisions(None, Choice("nobody", ()), PRIORITIES["low"], ("automatic",), acknowledge=False)
    return (
        Rule("automatic mail", BUILT_IN, _Automatic(), quiet, "Nobody waits for an answer to automatic mail"),
        Rule("everyone in turn", BUILT_IN, conditions.ALWAYS, Decisions(handler=Choice("round_robin", (), "desk"))),
    )


# --- tests beside rules -----------------------------------------------------------------------------------------------------------


def _tests(source: Source, site: Site, staff: Staff) -> Iterator[RuleTest]:
    quiet = Source(source.name, source.text, source.document, source.positions)
    for index, entry in _listed(quiet):
        form = fits(RuleForm, quiet, (index,), entry)
        if form is None:
            continue
        for number, test in enumerate(form.tests):
            path = (index, "tests", number)
            expect = _expected(test, Place(source, (*path, "expect"), site), staff)
            yield RuleTest(form.name, source.name, *source.place(path), _facts(test, Place(source, path, site)), expect)


def _expected(test: TestForm, place: Place, staff: Staff) -> dict[str, object]:
    wanted = test.expect
    if wanted.handler is not None and wanted.handler not in ("nobody", *HOW):
        _known_handler(wanted.handler, place.at("handler"), staff)
    named = {name: getattr(wanted, name) for name in _EXPECTED}
    expected: dict[str, object] = {name: value for name, value in named.items() if value is not None}
    if wanted.label:
        expected["label"] = tuple(wanted.label)
    if not expected:
        place.wrong("expects nothing", "write for example  expect: {priority: high}")
    return expected


def _facts(test: TestForm, place: Place) -> Facts:
    mail = test.mail
    if mail.kind not in tuple(Kind):
        place.at("mail").at("kind").wrong(f"there is no kind {mail.kind!r}", nearest(mail.kind, tuple(Kind)))
    author = mail.author.lower()
    return Facts(
        desk=_desk_of(mail.to, place.site),
        author=author,
        domain=author.rpartition("@")[2],
        to=tuple(mail.to),
        cc=tuple(mail.cc),
        subject=mail.subject,
        text=mail.text,
        own_text=mail.text if mail.own_text is None else mail.own_text,
        kind=mail.kind,
        automatic=mail.automatic if mail.automatic is not None else mail.kind != Kind.PERSON,
        language=mail.language,
        authenticated=mail.authenticated,
        headers=tuple((name.lower(), value) for name, value in mail.headers.items()),
        attachments=(),
        size=len(mail.text),
    )


def _desk_of(to: list[str], site: Site) -> str:
    """A test names the desk by its address; without one it goes to the first."""
    named = (key for address in to for key, desk in site.desks.items() if desk and address in desk.addresses)
    return next(named, next(iter(site.desks), ""))
