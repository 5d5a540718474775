"""date_words: the words of dates.py in English, bokmål, nynorsk and Slovenian.  Folded as model/plain.py folds: "lordag", "cez".

A word stands in a table once, whatever languages share it; tests/decide/test_dates.py keeps tables from contradicting each other.
"""

from __future__ import annotations

# Monday is 0.  Whole words and the shortenings that calendars print; not "tor", a Thursday in Norway and a Tuesday in Slovenia.
_WEEKDAYS = (
    ("mon", "monday", "man", "mandag", "pon", "ponedeljek", "ponedeljka"),
    ("tue", "tues", "tuesday", "tir", "tirs", "tirsdag", "tys", "tysdag", "torek", "torka"),
    ("wed", "wednesday", "ons", "onsdag", "sre", "sreda", "sredo", "srede"),
    ("thu", "thur", "thurs", "thursday", "tors", "torsdag", "cet", "cetrtek", "cetrtka"),
    ("fri", "friday", "fre", "fredag", "pet", "petek", "petka"),
    ("sat", "saturday", "lor", "lordag", "lau", "laurdag", "sob", "sobota", "soboto", "sobote"),
    ("sun", "sunday", "son", "sondag", "sundag", "ned", "nedelja", "nedeljo", "nedelje"),
)
WEEKDAYS = {word: number for number, words in enumerate(_WEEKDAYS) for word in words}

_MONTHS = (
    ("january", "jan", "januar", "januarja"),
    ("february", "feb", "februar", "februarja"),
    ("march", "mar", "mars", "marec", "marca"),
    ("april", "apr", "aprila"),
    ("may", "mai", "maj", "maja"),
    ("june", "jun", "juni", "junij", "junija"),
    ("july", "jul", "juli", "julij", "julija"),
    ("august", "aug", "avgust", "avg", "avgusta"),
    ("september", "sep", "sept", "septembra"),
    ("october", "oct", "okt", "oktober", "oktobra"),
    ("november", "nov", "novembra"),
    ("december", "dec", "des", "desember", "decembra"),
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}

# Days from today.
DAYS = {
    "today": 0, "i dag": 0, "idag": 0, "danes": 0,
    "tomorrow": 1, "i morgen": 1, "imorgen": 1, "i morgon": 1, "imorgon": 1, "jutri": 1,
    "day after tomorrow": 2, "the day after tomorrow": 2, "i overmorgen": 2, "overmorgen": 2, "i overmorgon": 2, "overmorgon": 2,
    "pojutrisnjem": 2,
}  # fmt: skip

# m minutes, h hours, d days, w weeks, n months.
_UNITS = {
    "m": (
        "m",
        "min",
        "mins",
        "minute",
        "minutes",
        "minutt",
        "minutter",
        "minutt",
        "minuta",
        "minuti",
        "minute",
        "minut",
    ),
    "h": ("h", "hr", "hrs", "hour", "hours", "t", "time", "timer", "timar", "tim", "ura", "uri", "ure", "ur"),
    "d": ("d", "day", "days", "dag", "dager", "dagar", "dan", "dneva", "dni", "dnevi"),
    "w": ("w", "week", "weeks", "uke", "uker", "veke", "veker", "teden", "tedna", "tedne", "tednov"),
    "n": ("month", "months", "mnd", "maned", "maneder", "manad", "manader", "mesec", "meseca", "mesece", "mesecev"),
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words}

IN = ("in", "om", "cez", "for", "i")
AND = ("and", "og", "in", ",")
ON = ("on", "until", "till", "by", "pa", "til", "den", "v", "do", "dne")
AT = ("at", "kl", "klokka", "klokken", "ob", "@")
NOON = ("noon", "midday", "opoldne", "poldne")
