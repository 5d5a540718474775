"""build: the folder rules/ -> Policy.

load(rules, texts, limits) -> Policy; RuleError with every problem of every file at once.  of(files) -> the same policy again, out of
the files that it was built from.  tests(policy) -> the tests beside rules.
desks.yaml and people.yaml are needed, the others are not: without rules everybody of a desk's team has a turn.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from maild import __version__
from maild.errors import Problem, RuleError
from maild.model.agreement import Agreement
from maild.model.calendar import Calendar
from maild.model.fact import Fact
from maild.model.limits import Limits
from maild.model.people import Desk, Handler, Line, Organisation, Patience, Retention, Role, Untaken
from maild.model.policy import Policy, Texts
from maild.model.rota import Rota
from maild.policy import (
    agreements,
    calendars,
    case_words,
    catalogue,
    check,
    door,
    duty_gaps,
    oncall,
    organisations,
    reach,
    recurring,
    required,
    routing,
    secrecy,
    sla,
    staffing,
    telling,
    watching,
)
from maild.policy import texts as templates
from maild.policy.asks import asks
from maild.policy.compare import Anything, Place, Site
from maild.policy.index import indexed
from maild.policy.schema import ROLES, DeskForm, HandlerForm, ReopenForm, RuleTest, UntakenForm
from maild.policy.shape import Known, Strict, fits, key_problem
from maild.policy.source import Source, nearest, raise_all

LANGUAGES = ("nb", "nn", "sl", "en")
NEEDED = DESKS, PEOPLE = "desks.yaml", "people.yaml"
# What may be left out.
OPTIONAL = (
    *(routing, organisations, calendars, oncall, case_words, telling, agreements, catalogue, required, door),
    *(sla, recurring),
)
FILES = (*NEEDED, *(module.FILE for module in OPTIONAL))
# Among a policy's files: what it was made with.
VERSIONS = "versions.txt"
Form = TypeVar("Form", bound=Strict)


def load(rules: Path, texts: Texts | Callable[[], Texts], limits: Limits | None = None) -> Policy:
    """The policy of these files.  texts may be a function, so that its problems are told together with these."""
    read = {name: Source.open(rules / name, name, _cure(rules)) for name in NEEDED}
    read |= {name: _optional(rules / name) for name in FILES if name not in NEEDED}
    return _built(read, _strays(rules), texts, limits, versions())


def of(files: Mapping[str, str], limits: Limits | None = None) -> Policy:
    """The policy whose `files` these are, whatever stands on the disk now; RuleError if this maild does not understand them."""
    read = {name: Source.of(files.get(name, ""), name) for name in FILES}
    return _built(read, Source("rules"), lambda: templates.of(files), limits, files.get(VERSIONS, ""))


def _built(
    read: Mapping[str, Source],
    folder: Source,
    texts: Texts | Callable[[], Texts],
    limits: Limits | None,
    made_with: str,
) -> Policy:
    words, broken = _texts(texts)
    site, policy = _made(read, words.languages() if words else LANGUAGES, _own(words))
    found = tuple(routing.rules(read[routing.FILE], site))
    reach.check(read[routing.FILE], found)
    list(routing.tests(read[routing.FILE], site))
    raise_all((*read.values(), folder, broken))
    assert words is not None
    files = {name: source.text for name, source in read.items() if source.text} | getattr(words, "files", {})
    files |= {VERSIONS: made_with} if made_with else {}
    orders = policy["catalogue"]
    rules_ = indexed((*found, *catalogue.rules(orders), *routing.built_in()))
    return Policy(
        hash=hash_of(files),
        rules=rules_,
        texts=words,
        limits=limits or Limits(),
        files=files,
        asks=asks(rule.when for rule in (*found, *orders)),
        **policy,
    )


def versions() -> str:
    """What a policy is judged with beside its files: it may decide otherwise with others, so its hash covers them."""
    lines = [f"maild {__version__}"]
    with contextlib.suppress(metadata.PackageNotFoundError):
        lines.append(f"holidays {metadata.version('holidays')}")
    return "\n".join(lines) + "\n"


def _own(words: Texts | None) -> Mapping[str, frozenset[str]]:
    """The site's own acknowledgements; where the texts have problems of their own, all that may be named."""
    return words.own() if isinstance(words, templates.Templates) else Anything()


def _made(
    read: Mapping[str, Source], languages: tuple[str, ...], letters: Mapping[str, frozenset[str]]
) -> tuple[Site, dict[str, Any]]:
    """What rules may name, and the parts of a policy in which it stands; with every problem of the files and between them."""
    desks_file, people_file, customers_file = read[DESKS], read[PEOPLE], read[organisations.FILE]
    desks = _desks(desks_file, languages)
    site = Site(_named(desks_file, desks), languages)
    handlers = _handlers(people_file, site)
    check.people(desks_file, people_file, desks, handlers)
    staffing.check(desks_file, people_file, desks, handlers)
    customers = _organisations(customers_file)
    organisations.check(customers_file, customers, desks, handlers)
    site = replace(site, staff=_named(people_file, handlers), organisations=_named(customers_file, customers))
    facts = facts_of(read[required.FILE], site)
    site = replace(site, facts=_named(read[required.FILE], facts))
    open_, rotas = _duty(read, site)
    parts: dict[str, Any] = {"desks": desks, "handlers": handlers, "organisations": customers, "calendars": open_}
    parts |= {"rotas": rotas, "facts": facts, "door": door.made(read[door.FILE], site)}
    agreed = _agreements(read[agreements.FILE], site)
    site = replace(site, words=case_words.read(read[case_words.FILE]), letters=letters)
    site = replace(site, agreements=_named(read[agreements.FILE], agreed))
    orders = indexed(tuple(catalogue.items(read[catalogue.FILE], site)))
    if not read[catalogue.FILE].problems:
        reach.orders(read[catalogue.FILE], orders)
    site = replace(site, catalogue=_named(read[catalogue.FILE], {item.name: item for item in orders}))
    served = {desk for rota in rotas.values() for desk in rota.desks}
    unread = None if any(not one.warning for one in read[oncall.FILE].problems) else served
    slas = sla.read(read[sla.FILE], site, None if read[calendars.FILE].problems else open_, unread)
    parts |= {"agreements": agreed, "catalogue": orders, "slas": slas}
    opening = recurring.entries(read[recurring.FILE], site)
    parts |= {"recurring": opening.recurring, "openings": opening.openings}
    return site, {**parts, "notices": telling.notices(read[telling.FILE], site)}


def _optional(file: Path) -> Source:
    return Source.open(file, file.name, "") if file.exists() else Source(file.name)


def tests(policy: Policy) -> tuple[RuleTest, ...]:
    """The tests that stand beside the rules of a policy."""
    if "tests" not in policy.files.get(routing.FILE, ""):
        return ()
    read = {name: Source.of(policy.files.get(name, ""), name) for name in FILES}
    site, _ = _made(read, policy.texts.languages(), _own(policy.texts))
    return tuple(routing.tests(read[routing.FILE], site))


def warnings(policy: Policy) -> tuple[Problem, ...]:
    """What is no mistake, but hardly what was meant."""
    read = {name: Source.of(policy.files.get(name, ""), name) for name in FILES}
    site, _ = _made(read, policy.texts.languages(), _own(policy.texts))
    found = tuple(routing.rules(read[routing.FILE], site))
    reach.check(read[routing.FILE], found)
    secrecy.check(read[routing.FILE], found, site, policy.desks)
    watching.check(read[routing.FILE], found, site, policy.desks)
    return tuple(problem for source in read.values() for problem in source.problems if problem.warning)


def _named(source: Source, fitting: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entries by key; those that have problems of their own are there too, as None."""
    document = source.document
    if document is None and source.problems:
        return Anything()
    keys = document if isinstance(document, dict) else [x.get("key") for x in document or () if isinstance(x, dict)]
    return {key: fitting.get(key) for key in keys if isinstance(key, str)}


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


def hash_of(files: Mapping[str, str]) -> str:
    """Names the files by their content."""
    whole = hashlib.sha256()
    for name, text in sorted(files.items()):
        whole.update(f"{name}\n{len(text.encode())}\n{text}".encode())
    return whole.hexdigest()


# --- desks and people -----------------------------------------------------------------------------------------------------------


def _desks(source: Source, languages: tuple[str, ...]) -> dict[str, Desk]:
    desks = {}
    for key, form in _entries(source, DeskForm, "desk", Known({}, languages)):
        given = form.reopen
        window, after = (given.window, given.after) if isinstance(given, ReopenForm) else (given, "new_linked")
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
            window,
            form.retired,
            Retention(form.retention.raw, form.retention.letters, form.retention.cases),
            form.legal_hold,
            form.archive_first,
            tuple(Line(name, tuple(keys)) for name, keys in form.lines.items()),
            form.shows,
            form.confidential,
            form.calendar or "",
            after_window=after,
            unassigned=_untaken(form.unassigned),
            patience=Patience(tuple(form.waiting.remind), form.waiting.close) if form.waiting else None,
            phone=form.phone,
        )
    return desks


def _untaken(form: UntakenForm | None) -> Untaken | None:
    return Untaken(form.after.span, tuple(form.tell), form.after.days) if form else None


def _handlers(source: Source, site: Site) -> dict[str, Handler]:
    handlers = {}
    for key, form in _entries(source, HandlerForm, "handler", site.known()):
        desks, (role, roles) = tuple(form.desks), _roles(form.role)
        digest = "" if form.digest == "none" else form.digest
        who = (key, form.name, tuple(form.addresses), desks, role, form.language, form.retired)
        handlers[key] = Handler(
            *who, tuple(form.cover), digest, roles, tuple(form.members or ()), tuple(form.skills), form.cap, form.phone
        )
    return handlers


def _roles(value: str | Mapping[str, str]) -> tuple[Role, tuple[tuple[str, Role], ...]]:
    """One word for all desks, or a word for each; where none is said he is a handler."""
    if isinstance(value, str):
        return ROLES[value], ()
    return Role.HANDLER, tuple((desk, ROLES[word]) for desk, word in value.items())


def _organisations(source: Source) -> dict[str, Organisation]:
    known = Known({}, LANGUAGES)
    forms = _perhaps(source, organisations.OrganisationForm, "organisation", known)
    return {key: organisations.made(key, form) for key, form in forms}


def _agreements(source: Source, site: Site) -> dict[str, Agreement]:
    forms = _perhaps(source, agreements.AgreementForm, "agreement", site.known())
    found = {key: agreements.made(key, form) for key, form in forms}
    agreements.check(source, found, site.organisations)
    return found


def _duty(read: Mapping[str, Source], site: Site) -> tuple[dict[str, Calendar], dict[str, Rota]]:
    """Opening hours, and who has duty."""
    calendars_file, oncall_file = read[calendars.FILE], read[oncall.FILE]
    forms = dict(_perhaps(calendars_file, calendars.CalendarForm, "calendar", site.known()))
    found = {key: calendars.made(key, form) for key, form in forms.items()}
    desks = {key: desk for key, desk in site.desks.items() if desk}
    calendars.check(calendars_file, read[DESKS], found, desks)
    duty = dict(_perhaps(oncall_file, oncall.RotaForm, "rota", site.known()))
    rotas = {key: oncall.made(key, form, desks, found) for key, form in duty.items()}
    oncall.check(oncall_file, duty, rotas, site.staff, None if calendars_file.problems else found)
    if not (oncall_file.problems or calendars_file.problems):
        duty_gaps.check(oncall_file, duty, rotas, desks, found)
    return found, rotas


def facts_of(source: Source, site: Site) -> dict[str, Fact]:
    """facts.yaml."""
    forms = dict(_perhaps(source, required.FactForm, "fact", site.known()))
    required.check(source, forms)
    return {
        key: required.made(key, form, Place(source, required.path(source, key), site)) for key, form in forms.items()
    }


def _perhaps(source: Source, form: type[Form], what: str, known: Known) -> Iterator[tuple[str, Form]]:
    """The entries of a file that may be left out, or be empty."""
    if source.text.strip() or source.problems:
        yield from _entries(source, form, what, known)


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
