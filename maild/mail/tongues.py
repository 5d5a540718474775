"""tongues: what lingua thinks of a text, where the extra `lang` is installed.

opinion(text, among) -> {"nb": 0.7, "nn": 0.2, ...}, {} without lingua.  Loaded at the first question, never at import: 50 MB, and half
a second in steps of a few hundredths, since lingua holds the interpreter meanwhile and the event loop beside us must live.

Its reduced models are used on purpose: the full ones hold 200 MB more and stop the whole daemon for seconds while they load, and
together with our own words they are right in no more mails.
LIMITS  Of a language that it was not built with it is sure to be some other: hence also those that nobody here writes letters in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

LANGUAGES = (
    *("BOKMAL", "NYNORSK", "DANISH", "SWEDISH", "FINNISH", "SLOVENE", "CROATIAN", "ENGLISH", "GERMAN", "FRENCH", "DUTCH", "SPANISH"),
    *("ITALIAN", "PORTUGUESE", "POLISH", "CZECH", "SLOVAK", "HUNGARIAN", "ESTONIAN", "LATVIAN", "LITHUANIAN", "ROMANIAN", "TURKISH"),
    *("SOMALI", "VIETNAMESE", "RUSSIAN", "UKRAINIAN", "ARABIC", "GREEK"),
)  # fmt: skip
# Where the words leave no other: a fifth of the price of all.
NORDIC = ("BOKMAL", "NYNORSK", "DANISH", "SWEDISH")
CHARACTERS = 300


def opinion(text: str, among: tuple[str, ...] = LANGUAGES) -> dict[str, float]:
    """Likelihood by language code, of those above a hundredth."""
    detector = _detector(among)
    if detector is None:
        return {}
    found = detector.compute_language_confidence_values(text[:CHARACTERS])
    return {one.language.iso_code_639_1.name.lower(): one.value for one in found if one.value > 0.01}


@lru_cache(2)
def _detector(among: tuple[str, ...]) -> Any:
    """The detector, with its models in memory (lingua keeps them for all detectors); None where lingua is not installed."""
    try:
        from lingua import Language, LanguageDetectorBuilder
    except ImportError:
        return None
    languages = [getattr(Language, name) for name in among]
    _load(languages, lambda some: LanguageDetectorBuilder.from_languages(*some).with_low_accuracy_mode().build())
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()


def _load(languages: list[Any], build: Callable[[list[Any]], Any]) -> None:
    """Two models at a time: they are kept by lingua itself, and between two questions other threads have their turn."""
    for pair in zip(languages[::2], languages[1::2], strict=False):
        build(list(pair)).compute_language_confidence_values("ana")
