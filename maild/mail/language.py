"""language: which language a text is in, by its small words.

language(text) -> "nb" | "nn" | "sl" | ... | None.  Pure, linear: 60 words are looked at.  Abstains under three known words, and
when two languages are equally likely (but for the Nordic ones: then it is the first of the table).  The site may have better
evidence (the sender's history); this is the last resort before the desk's own language.
"""

from __future__ import annotations

import re
from itertools import islice

WORDS, CHARACTERS = 60, 800
_WORD = re.compile(r"[^\W\d_]+")

# Small words by language.  A word that two languages share counts for both; near relatives are told apart by what they do not share.
_TABLE = {
    "nb": (
        "og ikke jeg det er en et har som til på med for av den vi kan hei takk vennlig hilsen men hva hvor "
        "hvordan når noe fra også blir være må får om var skal denne dette etter mitt min deg meg dere oss eller "
        "så kunne ville hadde fikk bare opp ut nå jo ja nei hvorfor hvis fortsatt gjerne mvh virker noen mange "
        "ingen fungerer sendt vært gjør uke dag skriveren mener"
    ),
    "nn": (
        "og ikkje eg det er ein eit ei har som til på med for av den vi kan hei takk venleg helsing men kva kvar "
        "korleis når noko frå også blir vere må får om var skal denne dette etter mitt min deg meg dykk oss eller "
        "så kunne ville hadde fekk berre opp ut no jo ja nei kvifor viss framleis gjerne mvh verkar nokon mange "
        "ingen fungerer sendt vore gjer veke dag skrivaren meiner dei ho hjå me vert ynskjer ikkje saman"
    ),
    "da": (
        "og ikke jeg det er en et har som til på med for af den vi kan hej tak venlig hilsen men hvad hvor "
        "hvordan når noget fra også bliver være må får om var skal denne dette efter mit min dig mig jer os eller "
        "så kunne ville havde fik kun op ud nu jo ja nej hvorfor hvis stadig gerne mvh virker nogen mange ingen "
        "fungerer sendt været gør uge dag printeren mener kære bedste"
    ),
    "sv": (
        "och inte jag det är en ett har som till på med för av den vi kan hej tack vänlig hälsning vänliga "
        "hälsningar men vad var hur när något från också blir vara måste får om skulle denna detta efter mitt min "
        "dig mig er oss eller så kunde ville hade fick bara upp ut nu ja nej varför fortfarande gärna mvh "
        "fungerar någon många ingen skickat varit gör vecka dag skrivaren menar att"
    ),
    "sl": (
        "in ne je sem ni da na se za v z s pri ki so smo ste bi bo kot ali pa po iz od do če kaj kako kje kdaj "
        "pozdravljeni lep pozdrav hvala prosim prosimo lepo lahko imam imamo nimam že še samo tudi zakaj ker moj "
        "moja naš naša vaš vaša vas vam nas nam mi me to ta te tega nič danes včeraj jutri deluje dela tiskalnik "
        "težava račun spoštovani spoštovana bil bila bilo potem vendar zelo brez"
    ),
    "en": (
        "the and not i it is a an has have as to on with for of we can hi hello thanks thank kind regards but "
        "what where how when something from also be must get if was shall this that after my me you us or so "
        "could would had got only up out now yes no why still please best works any many none sent been does week "
        "day printer dear are there your our they will in at by"
    ),
    "de": (
        "und nicht ich es ist ein eine hat als zu auf mit für von wir können kann hallo danke freundlichen grüßen "
        "grüße aber was wo wie wann etwas auch wird sein muss wenn war soll dieser diese dieses nach mein meine "
        "mir mich uns oder so konnte würde hatte nur jetzt ja nein warum noch bitte mfg geht der die das den dem "
        "im in bei sie ihr ihre sehr geehrte guten tag"
    ),
    "fr": (
        "et ne pas je il est un une a comme à sur avec pour de nous peut bonjour merci cordialement mais que où "
        "comment quand quelque aussi être doit si était cette ce après mon ma moi vous nous ou pourrait avait "
        "seulement maintenant oui non pourquoi encore svp les des du la le en dans par votre notre très qui plus"
    ),
    "nl": (
        "en niet ik het is een heeft als op met voor van wij we kan kunnen hallo bedankt dank vriendelijke groet "
        "groeten maar wat waar hoe wanneer iets ook wordt zijn moet als was zal deze dit na mijn mij u ons of zo "
        "kon zou had alleen nu ja nee waarom nog graag mvg werkt geen naar de der aan bij te er uw beste geachte"
    ),
    "es": (
        "y no yo es un una ha como a en con para de nosotros puede hola gracias saludos pero qué dónde cómo "
        "cuándo algo también ser debe si era esta este después mi mí usted nos o podría había solo ahora sí por "
        "porque todavía favor los las el la del al se lo su muy cordial estimado buenos días"
    ),
    "it": (
        "e non io è un una ha come a su con per di noi può ciao buongiorno grazie saluti cordiali ma che cosa "
        "dove come quando qualcosa anche essere deve se era questa questo dopo mio mia voi lei ci o potrebbe "
        "aveva solo ora sì no perché ancora favore gli le il la del al dei delle sono nel più gentile"
    ),
    "pt": (
        "e não eu é um uma tem como a em com para de nós pode olá obrigado obrigada cumprimentos mas que onde "
        "quando algo também ser deve se era esta este depois meu minha você nos ou poderia tinha só agora sim por "
        "porque ainda favor os as o do da dos das ao no na muito bom dia prezado atenciosamente"
    ),
    "pl": (
        "i nie ja jest ma jak do na z dla od my może można cześć dziękuję dzień dobry pozdrawiam ale co gdzie "
        "kiedy coś też być musi jeśli był była ten ta to po mój moja mnie mi nas lub tak mógł miał tylko teraz "
        "nie dlaczego jeszcze proszę się że w o za przez oraz państwa szanowni bardzo"
    ),
}  # fmt: skip
_BY_WORD: dict[str, tuple[str, ...]] = {}
for _name, _words in _TABLE.items():
    for _word in dict.fromkeys(_words.split()):
        _BY_WORD[_word] = (*_BY_WORD.get(_word, ()), _name)
# A word that stands in one table only says most.
_TELLS = {word: (names, 4.0 / len(names) ** 2 + 0.25) for word, names in _BY_WORD.items()}
_ORDER = {name: place for place, name in enumerate(_TABLE)}
# Relatives that a short text may not tell apart; then the first of the table is meant, which most of them are.
_NORDIC = {"nb", "nn", "da", "sv"}


def language(text: str) -> str | None:
    """The language of a text, None in doubt."""
    score: dict[str, float] = {}
    known = 0
    for word in islice(_WORD.findall(text[:CHARACTERS].lower()), WORDS):
        told = _TELLS.get(word)
        if told is None:
            continue
        known += 1
        names, weight = told
        for name in names:
            score[name] = score.get(name, 0.0) + weight
    if known < 3:
        return None
    best, second = (*sorted(score, key=lambda name: (-score[name], _ORDER[name])), "", "")[:2]
    if {best, second} <= _NORDIC:
        return best
    return best if score[best] > score.get(second, 0.0) * 1.05 else None
