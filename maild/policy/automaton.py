"""automaton: searches with a regular expression in time linear in the text, whatever the text.

Automaton(tree).search(text) -> bool.  Thompson's construction, its sets of states kept as they are met (a lazy DFA): each
character is one look-up, or at worst one walk over the expression's states.  OverflowError from the constructor when it would
need more than MOST states.  The memory kept is bounded too: KEPT transitions, then it starts afresh.
"""

from __future__ import annotations

from dataclasses import dataclass

from maild.policy.tree import Alternatives, Boundary, Chars, Node, Repeat, Sequence, is_word

MOST = 300
KEPT = 20_000
# What stood before a place: nothing, a line break, a character of a word, another.
_BEGIN, _BREAK, _WORD, _OTHER = range(4)


@dataclass(slots=True)
class _State:
    """chars: goes on with such a character (a number in Automaton._chars); boundary: at such a place; neither: freely."""

    after: list[int]
    chars: int | None = None
    boundary: str = ""


class _Set(dict[str, "_Set"]):
    """A set of states after a character of some kind, with the sets that follow each next character ("" = the end)."""

    __slots__ = ("before", "owner", "states")

    def __init__(self, owner: Automaton, states: frozenset[int], before: int) -> None:
        super().__init__()
        self.owner, self.states, self.before = owner, states, before

    def __missing__(self, char: str) -> _Set:
        following = self[char] = self.owner.follow(self, char)
        return following


class Automaton:
    """One expression."""

    def __init__(self, tree: Node) -> None:
        self._states: list[_State] = []
        self._chars: dict[Chars, int] = {}
        self._end = self._new(_State([]))
        self._start = self._build(tree, self._end)
        self._sets: dict[tuple[frozenset[int], int], _Set] = {}
        self._kept = 0
        self._found = _Set(self, frozenset(), _OTHER)

    def search(self, text: str) -> bool:
        """Does the expression match anywhere?"""
        found, here = self._found, self._set(frozenset(), _BEGIN)
        for char in text:
            here = here[char]
            if here is found:
                return True
        return here[""] is found

    # --- construction: from the end to the beginning, each part knowing what comes after it ---------------------------------

    def _new(self, state: _State) -> int:
        if len(self._states) >= MOST:
            raise OverflowError
        self._states.append(state)
        return len(self._states) - 1

    def _build(self, node: Node, after: int) -> int:
        """The state in which `node`, then `after`, is to come."""
        match node:
            case Chars():
                return self._new(_State([after], self._chars.setdefault(node, len(self._chars))))
            case Boundary(kind=kind):
                return self._new(_State([after], boundary=kind))
            case Sequence(parts=parts):
                for part in reversed(parts):
                    after = self._build(part, after)
                return after
            case Alternatives(options=options):
                return self._new(_State([self._build(option, after) for option in options]))
            case Repeat():
                return self._repeat(node, after)

    def _repeat(self, node: Repeat, after: int) -> int:
        if node.most is None:
            loop = self._new(_State([after]))
            self._states[loop].after.append(self._build(node.part, loop))
            after = loop
        for _ in range(0 if node.most is None else node.most - node.least):
            after = self._new(_State([after, self._build(node.part, after)]))
        for _ in range(node.least):
            after = self._build(node.part, after)
        return after

    # --- running --------------------------------------------------------------------------------------------------------------

    def _set(self, states: frozenset[int], before: int) -> _Set:
        key = (states, before)
        known = self._sets.get(key)
        if known is None:
            known = self._sets[key] = _Set(self, states, before)
        return known

    def follow(self, here: _Set, char: str) -> _Set:
        """Where a set goes with this character."""
        self._kept += 1
        if self._kept > KEPT:
            # Sets under way stay good; they only are not found again.
            self._sets, self._kept = {}, 0
        open_states = self._closure(here, char)
        if self._end in open_states:
            return self._found
        fitting = {number for chars, number in self._chars.items() if char and chars.has(char)}
        states = self._states
        moved = frozenset(states[s].after[0] for s in open_states if states[s].chars in fitting)
        return self._set(moved, _kind(char))

    def _closure(self, here: _Set, char: str) -> set[int]:
        """All states that are reached without a character; a search may begin anywhere, so the start is always among them."""
        todo, seen = [self._start, *here.states], set[int]()
        while todo:
            number = todo.pop()
            if number in seen:
                continue
            seen.add(number)
            state = self._states[number]
            if state.chars is None and (not state.boundary or _holds(state.boundary, here.before, char)):
                todo += state.after
        return seen


def _kind(char: str) -> int:
    return _BREAK if char == "\n" else _WORD if is_word(char) else _OTHER


def _holds(boundary: str, before: int, char: str) -> bool:
    if boundary == "^":
        return before in (_BEGIN, _BREAK)
    if boundary == "$":
        return char in ("", "\n")
    return (before == _WORD) != (char != "" and is_word(char))
