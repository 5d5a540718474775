"""texts: the words of our letters, from templates/<language>/*.txt.

load(overlay, shipped) -> Templates (model.policy.Texts): the site's folder lies over the shipped one, file by file;
RuleError with every problem of the site's own.  A template is `Subject: ...`, an empty line, the text.  Jinja2 in its
immutable sandbox, with nothing but values, if, for and the filters of words.py: what a customer wrote is only a value.
words.txt beside them holds single words (`priority.high: high`); the site's lines go over the shipped ones, key by key.
A letter that a language lacks is taken from the nearest that has it: nn -> nb -> en.
LIMITS  A rendered text is cut at 64 kB; a template file above that is refused at load.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from maild.errors import Problem, RuleError
from maild.model.policy import Rendered
from maild.model.vocabulary import Vocabulary
from maild.model.vocabulary import build as build_vocabulary
from maild.policy import samples, words

LARGEST = 64 * 1024
NEAREST = {"nb": (), "no": ("nb",), "nn": ("nb",), "sv": ("nb",), "da": ("nb",)}
LAST = "en"
# A site's own acknowledgements, which rules name.
OWN = re.compile(r"ack-(?!unverified$)[a-z0-9][a-z0-9-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_PARTS = "\x1e"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SUBJECT = re.compile(r"Subject:[ \t]*(.+)\n[ \t]*(?:\n|$)", re.I)

_TAG = r"\{%(?:(?!%\}).)*%\}"
_ONLY_TAGS = re.compile(rf"\s*(?:{_TAG}\s*)+")

_MAY = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Filter),
    *(nodes.If, nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr),
)


class Text:
    """One template, subject and text parted by a separator; file is where it stands.

    Compiled at its first use: all letters in all languages would be a quarter of a second of every start.
    """

    __slots__ = ("_environment", "_parsed", "_template", "file", "source")

    def __init__(self, file: str, source: str, environment: ImmutableSandboxedEnvironment) -> None:
        self.file, self.source = file, source
        self._environment = environment
        self._template: Template | None = None
        # What `faults` parsed, until it is compiled: each is half of the price of `maild check`.
        self._parsed: nodes.Template | None = None

    @property
    def template(self) -> Template:
        if self._template is None:
            parsed = self._parsed or self._environment.parse(self.source, filename=self.file)
            code = self._environment.compile(parsed, filename=self.file)
            self._template, self._parsed = Template.from_code(self._environment, code, {}), None
        return self._template

    def render(self, values: Mapping[str, object]) -> tuple[str, str]:
        """Subject (one line) and text (ends with one line end)."""
        subject, _, body = _fill(self.template, values).partition(_PARTS)
        return " ".join(subject.split()), body.strip("\n") + "\n"

    def faults(self) -> list[Problem]:
        """What in it cannot be compiled or has no place in a template."""
        try:
            self._parsed = tree = self._environment.parse(self.source, filename=self.file)
        except TemplateError as error:
            cure = "templates/README.md shows what a template may say"
            return [Problem(self.file, getattr(error, "lineno", None) or 1, 1, str(error.message), cure)]
        return [
            *_forbidden(tree, self.file),
            *_unknown(tree, self.file),
            *_no_filter(tree, self.file, self._environment),
        ]


def _fill(template: Template, values: Mapping[str, object]) -> str:
    """The template's output, stopped at the limit, so that no loop of a site's template can fill the memory."""
    pieces: list[str] = []
    size = 0
    for piece in template.root_render_func(template.new_context(dict(values))):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            break
    return "".join(pieces)[:LARGEST]


@dataclass(frozen=True, slots=True)
class Templates:
    """All letters: by (language, name), the site's own before the shipped one.  files: name -> source."""

    texts: Mapping[tuple[str, str], tuple[Text, ...]]
    files: Mapping[str, str] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def words(self, language: str) -> Mapping[str, str]:
        """The single words (words.txt) of that language or the nearest."""
        return next((self.tables[near] for near in chain(language) if near in self.tables), {})

    def render(self, name: str, language: str, values: Mapping[str, object]) -> Rendered:
        """The letter in that language or the nearest.  One that fails gives way; KeyError when none is left."""
        for near in chain(language):
            for text in self.texts.get((near, name), ()):
                try:
                    return Rendered(*text.render(values), near)
                # A template can fail in any way that Python can; a letter that is owed goes out all the same.
                except Exception:  # noqa: S112
                    continue
        raise KeyError(name)

    def languages(self) -> tuple[str, ...]:
        return tuple(sorted({language for language, _ in self.texts}))

    def says(self, name: str, language: str, value: str) -> bool:
        """Of the one that stands first: a site's own may leave out what ours says."""
        found = next((text for near in chain(language) for text in self.texts.get((near, name), ())), None)
        return found is not None and value in found.source

    def own(self) -> dict[str, frozenset[str]]:
        """The site's own acknowledgements, each with the languages in which it is, or which borrow from one (nn -> nb)."""
        found = {name for _, name in self.texts if OWN.fullmatch(name)}
        return {name: frozenset(x for x in self.languages() if self._has(x, name)) for name in found}

    def _has(self, language: str, name: str) -> bool:
        return any((near, name) in self.texts for near in (language, *NEAREST.get(language, ())))


def chain(language: str) -> tuple[str, ...]:
    """Where a letter is looked for, nearest first."""
    language = language.lower()[:2] if language[2:3] in ("-", "_") else language.lower()
    return tuple(dict.fromkeys((language, *NEAREST.get(language, ()), LAST)))


# --- loading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    """A file as read: layer 0 is the site's, 1 the shipped one; file is how problems name it."""

    layer: int
    language: str
    name: str
    file: str
    source: str


# Where the shipped templates stand among a policy's files; the site's own stand without it.
SHIPPED = "shipped/"


def load(overlay: Path, shipped: Path) -> Templates:
    """Read all; RuleError with every problem of every file."""
    problems: list[Problem] = []
    sources = [s for layer, root in enumerate((overlay, shipped)) for s in _read(layer, root, problems)]
    if not sources and not problems:
        cure = "install maild again, with its templates folder"
        problems.append(Problem(str(shipped), 0, 0, "no templates here", cure))
    return _made(sources, problems)


def of(files: Mapping[str, str]) -> Templates:
    """The templates that `load` gave as `files`, whatever stands on the disk now."""
    sources = [
        _Source(int(head == SHIPPED), language, path.removesuffix(".txt"), name, text)
        for name, text in files.items()
        for head, _, rest in (name.rpartition("templates/"),)
        for language, slash, path in (rest.partition("/"),)
        if slash and head in ("", SHIPPED)
    ]
    return _made(sorted(sources, key=lambda source: (source.layer, source.language, source.name)), [])


def _made(sources: list[_Source], problems: list[Problem]) -> Templates:
    """The site's own first."""
    files = _word_files(sources)
    tables = words.tables(files, LAST, NEAREST, problems)
    vocabulary, clashes = build_vocabulary(tables)
    problems += [words.clash(each, files) for each in clashes]
    environments = {
        language: _environment(tables.get(language, tables.get(LAST, {}))) for language in {s.language for s in sources}
    }
    texts: dict[tuple[str, str], tuple[Text, ...]] = {}
    for source in sources:
        text = _text(source, environments[source.language], problems) if source.name != words.NAME else None
        if text:
            key = (source.language, source.name)
            texts[key] = (*texts.get(key, ()), text)
            # What is shipped has passed our tests; the site's own is looked at before it can replace anything.
            problems += text.faults() if source.layer == 0 else []
    if problems:
        raise RuleError(*problems)
    layers = ("", SHIPPED)
    read = {f"{layers[s.layer]}templates/{s.language}/{s.name}.txt": s.source for s in reversed(sources)}
    return Templates(texts, read, vocabulary, tables)


def _word_files(sources: list[_Source]) -> list[tuple[str, str, str]]:
    """(language, file, source), the shipped ones first."""
    return [(s.language, s.file, s.source) for s in reversed(sources) if s.name == words.NAME]


def _read(layer: int, root: Path, problems: list[Problem]) -> Iterator[_Source]:
    if not root.is_dir():
        return
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")):
        if not _LANGUAGE.fullmatch(folder.name):
            problems.append(
                Problem(str(folder), 0, 0, "not a language", "name the folder nb, nn, sl, en or another code")
            )
            continue
        for path in sorted(folder.glob("*.txt")):
            source = _read_file(path, problems)
            if source is not None:
                yield _Source(layer, folder.name, path.stem, str(path), source)


def _read_file(path: Path, problems: list[Problem]) -> str | None:
    file = str(path)
    if path.stem not in (*samples.NAMES, words.NAME) and not OWN.fullmatch(path.stem):
        near = get_close_matches(path.stem, samples.NAMES, 1)
        problems.append(
            Problem(file, 0, 0, "no letter has this name", f"did you mean {near[0]}.txt?" if near else _all_names())
        )
        return None
    try:
        octets = path.read_bytes()[: LARGEST + 1]
        source = octets.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(file, 0, 0, f"cannot be read: {error}", "make it a readable file in UTF-8"))
        return None
    if len(octets) > LARGEST:
        problems.append(Problem(file, 0, 0, "larger than 64 kB", "shorten it"))
        return None
    source = source.replace("\r\n", "\n")
    control = _CONTROL.search(source)
    if control:
        line = source.count("\n", 0, control.start()) + 1
        problems.append(Problem(file, line, 1, f"a control character {control[0]!r}", "take it out"))
        return None
    return source


def _all_names() -> str:
    return "letters are " + ", ".join(samples.NAMES) + ", and your own, called ack-WORD"


def _environment(table: Mapping[str, str]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False
    )
    environment.globals.clear()
    environment.tests.clear()
    environment.filters.clear()
    environment.filters.update(words.filters(table))
    return environment


def _text(source: _Source, environment: ImmutableSandboxedEnvironment, problems: list[Problem]) -> Text | None:
    head = _SUBJECT.match(source.source)
    if not head:
        problems.append(Problem(source.file, 1, 1, "no subject", "begin with `Subject: ...` and an empty line"))
        return None
    # Separator and line ends keep the text at its place in the file, so that an error names the right line.
    text = f"{head[1]}\n{_PARTS}\n{_lines(source.source[head.end() :])}"
    return Text(source.file, text, environment)


def _lines(body: str) -> str:
    """A line of nothing but tags leaves no line behind; any other stays a line (Jinja would join it to the next)."""
    return "\n".join(line if _ONLY_TAGS.fullmatch(line) else _stay(line) for line in body.split("\n"))


def _stay(line: str) -> str:
    inner = line.lstrip()
    if inner.startswith("{%") and inner != line:
        line = line[: len(line) - len(inner)] + "{%+" + inner[2:]
    return line[:-2] + "+%}" if line.endswith("%}") else line


def _forbidden(tree: nodes.Template, file: str) -> Iterator[Problem]:
    """Whatever is neither a value, a filter, an if nor a for: calls, arithmetic, includes, macros."""
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _MAY):
            what = f"{type(node).__name__.lower()} is not for templates"
            yield Problem(file, node.lineno, 1, what, "only values, filters, if and for")


def _unknown(tree: nodes.Template, file: str) -> Iterator[Problem]:
    """Names that no letter gives."""
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"} | {"loop"}
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in samples.VALUES | own:
            near = get_close_matches(node.name, samples.VALUES, 1)
            cure = f"did you mean {near[0]}?" if near else "templates/README.md lists the values"
            yield Problem(file, node.lineno, 1, f"no value is called {node.name}", cure)


def _no_filter(tree: nodes.Template, file: str, environment: ImmutableSandboxedEnvironment) -> Iterator[Problem]:
    for node in tree.find_all(nodes.Filter):
        if node.name not in environment.filters:
            cure = "there is " + ", ".join(sorted(environment.filters))
            yield Problem(file, node.lineno, 1, f"no filter is called {node.name}", cure)


# --- checking ---------------------------------------------------------------------------------------------------------


def check(texts: Templates) -> list[Problem]:
    """Render every template with a full and a bare case; what fails, with its line."""
    problems = []
    for versions in texts.texts.values():
        for text in versions:
            faults = text.faults()
            failed = (
                None if faults else next((p for v in (samples.full(), samples.bare()) if (p := _try(text, v))), None)
            )
            problems += [*faults, failed] if failed else faults
    problems += [
        Problem(
            f"templates/{LAST}/{name}.txt", 0, 0, "this letter is in no language that others fall back to", "add it"
        )
        for name in samples.NAMES
        if (LAST, name) not in texts.texts
    ]
    return sorted(problems)


def missing(texts: Templates) -> list[str]:
    """Letters that a language takes from another one, as `nn/ack.txt`: no fault, but good to know."""
    return [
        f"{language}/{name}.txt"
        for language in texts.languages()
        for name in samples.NAMES
        if (language, name) not in texts.texts
    ]


def _try(text: Text, values: Mapping[str, Any]) -> Problem | None:
    try:
        subject, body = text.render(values)
    except Exception as error:
        return Problem(text.file, _line(text.template, error), 1, str(error), "templates/README.md lists the values")
    if not subject or not body.strip():
        return Problem(
            text.file, 1, 1, "a case with little in it gives an empty letter", "let some words stand outside any if"
        )
    return None


def _line(template: Template, error: BaseException) -> int:
    """The template's line that failed, from the line of the code it was compiled to."""
    line, frame = 1, error.__traceback__
    while frame:
        if frame.tb_frame.f_code.co_filename == template.filename:
            line = template.get_corresponding_lineno(frame.tb_lineno)
        frame = frame.tb_next
    return line
