"""language: which language a text is in, by its small words and its spelling, and by lingua where that is installed.

language(text) -> "nb" | "nn" | "sl" | ... | None; by_words(evidence(text)) -> the same without lingua.  Linear: 60 words are
looked at.  Abstains under three known words, and when two languages are equally likely (but for the Nordic ones: then it is the
first of the table; of a Norwegian text that could be either form, bokmål).  The site may have better evidence (the sender's
history); this is the last resort before the desk's own language.

Lingua (extra `lang`, see tongues.py) is asked only where the words leave a doubt.  It knows languages that stand in no table
here; which form of Norwegian it is, the words know better, and lingua decides only where they say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from maild.mail import tongues

WORDS, CHARACTERS = 60, 800
_LONGEST = 40
_ENOUGH = 6
_WORD = re.compile(r"[^\W\d_]+")

# Small words by language.  A word that several languages share counts for each; near relatives are told apart by what they do
# not share, so that the words of nb, nn and da stand here in pairs: ikke ikkje, jeg eg, uke veke uge.
_TABLE = {
    "nb": (
        "og ikke jeg det er en et har som til på med for av den vi kan hei takk vennlig hilsen men hva hvor hvordan når noe fra "
        "også blir være må får om var skal denne dette disse de etter mitt min mine deg meg dere deres oss vår vårt våre eller "
        "så kunne ville hadde fikk bare opp ut inn nå jo ja nei hvorfor hvis fortsatt fremdeles gjerne mvh virker noen mange "
        "ingen fungerer sendt vært gjør uke uker dag dager mener hvem hvilken hvilke ble blitt kommer kom mulig gå går gikk "
        "hele hver annen annet andre vennligst ønsker trenger finnes finner siden måned lenger ennå igjen dessverre selv bedt "
        "spør spørsmål forespørsel henvendelse sak saken søknad søknaden regning regningen bestilling bestillingen skolen "
        "helgen klokken melding skriver sier gir tar ser bruke brukes åpne åpner sende mangler haster fått gjort sett både "
        "mellom under over ved hos mot uten før fordi mens samme ny nytt nye første siste god godt bra mye mer mest litt enn da "
        "der her han hun hans hennes man seg sin sitt sine morgen kveld virket virke svar hjelp hjelpe lurer kjøpt kjøpe "
        "tilbake derfor mottatt sjekke si forstår håper vet hjemme borte lese leser jobber arbeid betale betalt feil begynner "
        "slutter slik sent mandag tirsdag onsdag torsdag fredag lørdag søndag desember januar februar mars april mai juni juli "
        "august trygt kjøre penger hjemmeside kommune kommunen innen utenfor fornøyd levert tilgang vann kommet tatt gitt "
        "funnet bedre rom barnet barn"
    ),
    "nn": (
        "og ikkje eg det er ein eit ei har som til på med for av den vi me kan hei takk venleg helsing men kva kvar korleis når "
        "noko frå også blir vert vere må får om var skal denne dette desse dei de etter mitt min mi mine deg meg dykk dykkar "
        "oss vår vårt våre eller så kunne ville hadde fekk berre opp ut inn no jo ja nei kvifor viss dersom framleis gjerne mvh "
        "verkar nokon nokre mange ingen fungerer fungerar send vore gjer veke veker dag dagar meiner kven vart vorte blei kjem "
        "kom mogleg gå går gjekk heile annan anna andre ver ynskjer ønskjer treng finst finn sidan månad lenger lengre enno "
        "igjen att diverre dessverre sjølv bede spør spørsmål førespurnad saka sak søknad søknaden rekning rekninga bestilling "
        "bestillinga skulen helga klokka melding skriv seier sei gjev gir tek ser sjå bruke bruker opne opnar sende manglar "
        "hastar fått gjort sett sjekka venta mista både mellom under over ved hos hjå mot utan før fordi medan same ny nytt nye "
        "første siste god godt bra mykje meir mest litt enn då der her han ho hans hennar seg sin sitt sine morgon kveld verka "
        "svar hjelp hjelpe lurer kjøpt kjøpe tilbake difor følgjer gjeld høyre høyrt ringje byrjar saman einaste hugs motteke "
        "mottatt forstår veit heime borte lese les jobbar arbeid betale betalt feil slik slutta orsak nett tenesta teneste "
        "skriftleg offentleg eigen eige eigne fleire nokolunde tilgjengeleg seint sein måndag tysdag onsdag torsdag fredag "
        "laurdag sundag søndag desember januar februar mars april mai juni juli august trygt køyre pengar pengane heimeside "
        "kommune kommunen innan utanfor nøgd levert kome gjeve gitt teke funne betre rom vatn vatnet barnet barn gonger gong "
        "byggje tilgang løyst løyste høver tida ynskje høg høgt låg"
    ),
    "da": (
        "og ikke jeg det er en et har som til på med for af den vi kan hej tak venlig hilsen men hvad hvor hvordan hvornår når "
        "noget fra også bliver være må får om var skal denne dette disse de efter mit min mine dig mig jer jeres os vores eller "
        "så kunne ville havde fik kun bare op ud ind nu jo ja nej hvorfor hvis stadig gerne mvh virker nogen nogle mange ingen "
        "fungerer sendt været gør uge uger dag dage mener kære bedste hvem hvilken hvilke blev blevet kommer kom mulig gå går "
        "gik hele hver anden andet andre venligst ønsker mangler findes finder siden måned længere endnu igen desværre selv "
        "spørgsmål henvendelse sag sagen ansøgning regning regningen bestilling skolen weekenden klokken besked skriver siger "
        "sig giver tager ser bruge bruges åbne åbner sende haster fået gjort set både mellem under over ved hos mod uden før "
        "fordi mens samme ny nyt nye første sidste god godt meget mere mest lidt end da der her han hun hans hendes man sin sit "
        "sine morgen aften virket svar hjælp hjælpe købt købe tilbage derfor modtaget forstår håber hjemme læse arbejder "
        "arbejde betale betalt fejl begynder adgang kode tjekke kigge hente henter tilsendt tilsende eftersom vedrørende at "
        "lige sådan altid aldrig udløbet underskrevne sent mandag tirsdag onsdag torsdag fredag lørdag søndag december januar "
        "februar marts april maj juni juli august penge hjemmeside kommune kommunen inden udenfor tilfreds leveret vand børn "
        "barnet gang gange virke"
    ),
    "sv": (
        "och inte jag det är en ett har som till på med för av den vi kan hej tack vänlig hälsning vänliga hälsningar men vad "
        "var hur när något några från också blir vara måste får om skulle ska denna detta dessa de efter mitt min mina dig mig "
        "er ert era oss vår vårt våra eller så kunde ville hade fick bara upp ut in nu ja nej varför fortfarande gärna mvh "
        "fungerar någon många ingen inga skickat varit gör vecka veckor dag dagar menar att vem vilken vilka blev blivit kommer "
        "kom möjligt gå går gick hela varje annan annat andra vänligen önskar behöver finns hittar sedan månad längre ännu igen "
        "tyvärr själv fråga frågor ärende ärendet ansökan räkning räkningen beställning skolan helgen klockan meddelande "
        "skriver säger ger tar ser använda använder öppna öppnar skicka saknas fått gjort sett både mellan under över vid hos "
        "mot utan innan eftersom medan samma ny nytt nya första sista god bra mycket mer mest lite än då där här han hon hans "
        "hennes man sig sin sitt sina morgon kväll svar hjälp hjälpa undrar köpt köpa tillbaka därför mottagit hoppas vet hemma "
        "läsa jobbar arbete betala betalat fel börjar slutar lösenord sent måndag tisdag onsdag torsdag fredag lördag söndag "
        "december januari februari mars april maj juni juli augusti pengar hemsida webbplats kommun kommunen inom utanför nöjd "
        "levererad vatten barn barnet gång gånger tacksam passar"
    ),
    "sl": (
        "in ne je sem ni da na se za v z s pri ki so smo ste si bi bo bom bomo boste kot ali pa po iz od do če kaj kako kje "
        "kdaj kdo pozdravljeni pozdravljena lep pozdrav hvala prosim prosimo lepo lahko imam imamo imate ima nimam nima že še "
        "samo tudi zakaj ker moj moja moje mojo naš naša naše našo vaš vaša vaše vašo vas vam nas nam mi me ta te to tega tem "
        "teh nič danes včeraj jutri zdaj sedaj deluje dela težava težave račun računa spoštovani spoštovana bil bila bilo bili "
        "potem vendar zelo brez ter saj kar ko vse vsi ves celoten glede med pred nad pod ob o k h več manj dva dve tri nov "
        "nova novo treba morem moram mogoče zanima zaradi tako tam tukaj spet vedno nihče nekaj nekdo kateri katera katere "
        "oziroma torej vaši svoj svojo svoje njegov njihov sporočite sporočilo pošiljam pošljite poslal poslali dobil dobili "
        "prejel prejeli plačal naročilo naročila vloga vlogo dopis odgovor hvaležni teden tedna tednov mesec meseca dni dan ura "
        "uri žal ponedeljek torek sreda sredo četrtek petek soboto sobota nedelja januarja februarja marca aprila maja junija "
        "julija avgusta denar otrok otroka šola šoli občina občine kdor kadar toda namreč odprt zaprt pomoč napaka napako "
        "stranka stranke prosil prosila zadeva zadeve zadevo jutro dober dobro"
    ),
    "hr": (
        "i ne je sam nije da na se za u s sa kod koji koja koje su smo ste bi će ću ćemo kao ili pa po iz od do ako što kako "
        "gdje kada tko poštovani lijep pozdrav hvala molim molimo lijepo mogu možete može imam imamo nemam već još samo također "
        "zašto jer moj moja moje naš naša naše vaš vaša vaše vas vam nas nam mi me ta taj to ovaj ova ništa danas jučer sutra "
        "sada radi račun bio bila bilo bili nakon ali vrlo bez treba moram zbog tako ovdje uvijek netko nešto tjedan tjedna "
        "mjesec dana poslao dobio platio narudžba odgovor javite lozinka pošaljite"
    ),
    "en": (
        "the and not i it is a an has have had as to on with for of we can hi hello thanks thank kind regards but what where "
        "how when something from also be been must get got if was were shall this that these those after my me you your us our "
        "or so could would should only up out now yes no why still please best works work working any anyone anything many none "
        "sent does do did week weeks day days dear are there they them their will in at by who which am t s don didn doesn isn "
        "won someone nobody need needs want like whole again month ago longer yet ever before since because while same new "
        "first last good well much more most than then here he she his her its into about all some just very back help one two "
        "three issue problem order account invoice password login cannot unable find know see let look looking received "
        "attached soon wrong above below without between error wonder sorry ask asked asking next today yesterday tomorrow "
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
        "october november december money children school water use used using free open each other another too"
    ),
    "de": (
        "und nicht ich es ist ein eine einen einem einer hat haben habe als zu auf mit für von wir können kann hallo danke "
        "freundlichen freundliche grüßen grüße gruß aber was wo wie wann etwas auch wird werden wurde sein sind war waren muss "
        "wenn falls soll dieser diese dieses nach mein meine meinen meiner mir mich uns unser unsere oder so konnte würde hätte "
        "nur jetzt ja nein warum noch bitte mfg geht der die das den dem des dass im in bei sie ihr ihre ihnen ihren sehr "
        "geehrte damen herren guten tag wer welche jemand niemand seit woche wochen tage monat mehr immer schon wieder leider "
        "selbst frage vielen dank anbei gibt macht kein keine keinen zum zur vom am an aus um über unter vor bis durch ohne "
        "gegen weil doch dann hier da neue neuen ganz ganzen erste letzte gut viel ihn er man sich heute gestern morgen problem "
        "rechnung hilfe montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april mai juni juli "
        "august oktober dezember geld kinder schule wasser unserem unseren meinem hatte mal bin bist sollte dürfen"
    ),
    "fr": (
        "et ne pas je il est un une a comme à sur avec pour de nous peut bonjour merci cordialement mais que où comment quand "
        "quelque aussi être doit si était cette ce ces après mon ma mes moi vous ou pourrait avait avons seulement maintenant "
        "oui non pourquoi encore svp les des du la le l d j n c s qu en dans par votre notre nos vos très qui plus ai été sont "
        "fait depuis jour jours semaine mois toujours rien tout tous toute bien leur au aux puis-je on elle ils"
    ),
    "nl": (
        "en niet ik het is een heeft heb als op met voor van wij we kan kunnen hallo bedankt dank vriendelijke groet groeten "
        "maar wat waar hoe wanneer iets ook wordt worden zijn moet was zal deze dit dat die na mijn mij u ons onze of zo kon "
        "zou had alleen nu ja nee waarom nog graag mvg werkt geen naar de der aan bij te er uw jullie beste geachte hebben "
        "sinds week weken dag dagen maand meer altijd al weer helaas iemand niemand vraag om uit door over zonder"
    ),
    "es": (
        "y no yo es un una ha he hemos como a en con para de nosotros puede hola gracias saludos pero qué dónde cómo cuándo "
        "algo también ser debe si era esta este esto después mi mis mí usted nos o podría había solo ahora sí por porque "
        "todavía favor los las el la del al se lo su sus muy cordial estimado buenos días que desde hace nada todo está están "
        "tengo tenemos más sin sobre ya"
    ),
    "it": (
        "e non io è un una ha ho come a su con per di noi può ciao buongiorno grazie saluti cordiali ma che cosa dove quando "
        "qualcosa anche essere deve se era questa questo dopo mio mia voi lei ci o potrebbe abbiamo aveva solo ora sì no perché "
        "ancora favore gli le il lo la del al dei delle della nella sono nel più gentile da dal si mi vi nostro nostra vostro "
        "vostra sempre tutto"
    ),
    "pt": (
        "e não eu é um uma tem tenho como a em com para de nós pode olá obrigado obrigada cumprimentos mas que onde quando algo "
        "também ser deve se era esta este isto depois meu minha você nos ou poderia tinha só agora sim por porque ainda favor "
        "os as o do da dos das ao no na muito bom dia prezado atenciosamente desde há mais sem sobre já nosso nossa está estão "
        "foi"
    ),
    "pl": (
        "i nie ja jest ma jak do na z dla od my może można cześć dziękuję dzień dobry pozdrawiam ale co gdzie kiedy coś też być "
        "musi jeśli był była ten ta to po mój moja moje mnie mi nas lub tak mógł miał tylko teraz dlaczego jeszcze proszę się "
        "że w we o za przez oraz państwa szanowni bardzo mam mamy czy ponieważ już nic są było będzie wczoraj dzisiaj nasz "
        "nasza"
    ),
    "fi": (
        "ja ei en on se että hei kiitos ystävällisin terveisin mutta mitä missä miten milloin myös olla pitää jos oli tämä "
        "minun minä me te meidän teidän tai nyt kyllä miksi vielä kun kuin ovat eivät voitteko voiko olen olemme saa saada ole "
        "hyvää päivää viikko päivä tänään eilen huomenna toimi apua heti jo vain kaikki lasku"
    ),
}  # fmt: skip

# How words are spelt, which also tells of words that stand in no table: (what to look for, for which languages, how much).
_SPELLING = tuple(
    (re.compile(pattern), tuple(names.split()), weight)
    for pattern, names, weight in (
        ("[äö]", "sv de fi", 1.0), ("[æø]", "nb nn da", 1.0), ("å", "nb nn da sv", 1.0), ("[üß]", "de", 1.0),
        ("[čšž]", "sl hr", 1.0), ("[ćđ]", "hr", 1.5), ("[ąęłńśźż]", "pl", 1.5), ("[ñ¿¡]", "es", 1.5), ("[ãõ]", "pt", 1.5),
        ("[èêàçù]", "fr it pt", 0.5),
        # Nynorsk writes kv-, -leg and -heit where bokmål has hv-, -lig and -het; Danish has -hed and -tion.
        ("^kv", "nn", 1.0), ("^hv", "nb da", 1.0), ("leg(e|t|are)?$", "nn", 0.7), ("lig(e|t|ere)?$", "nb da", 0.5),
        ("heit(a|er|ene)?$", "nn de", 0.5), ("(?<!n)het(en|er|ene)?$", "nb", 0.7), ("hed(en|er|erne)?$", "da", 0.7),
        ("sj(on|onen|onar|oner|onane)$", "nb nn", 0.7), ("(?<=..)tion(en|er|erna|erne)?$", "da sv", 0.5),
        ("...ane$", "nn", 0.7), ("...ene$", "nb", 0.4), ("..[^r]erne$", "da", 0.7), ("..[ao]rna$", "sv", 0.7),
        ("..erar$", "nn sv", 0.7), ("..erer$", "nb da nn", 0.3), ("...inga$", "nn", 0.7), ("...ingen$", "nb da", 0.4),
        ("...else(n|r)?$", "nb da", 0.4), ("...(ete|tte|dde|gde)$", "nb nn", 0.2), ("...ede$", "da", 0.7),
        ("...ade$", "sv", 0.7), ("..(skj|gj|kj)", "nb nn", 0.5), ("^(gj|kj|skj)", "nb nn", 0.5),
        ("[aeiou]mo$|..(ega|emu|nje|anje|enja|osti|alnik|ijo)$", "sl", 0.5),
        ("...(ung|lich|keit|ungen|schaft|iert)$", "de", 0.7),
        ("...(ing|tion|ly|ness|ould|ght)$", "en", 0.4), ("^(wh|th)..|ough", "en", 0.7),
    )
)  # fmt: skip
# What tells nynorsk from bokmål where it is Norwegian already, and would mislead elsewhere: verbs and feminine nouns in -a, the
# passive in -ast, plurals in -ar; bokmål's -et, -en, -er and -es.
_FORMS = (
    (re.compile(r"...(?:[^aeiouyæøå]a|ast|ar|leg|legt)$"), ("nn",)),
    (re.compile(r"...(?:[dkpt]et|es|lig|ene)$"), ("nb",)),
)
_BY_WORD: dict[str, tuple[str, ...]] = {}
for _name, _words in _TABLE.items():
    for _word in dict.fromkeys(_words.split()):
        _BY_WORD[_word] = (*_BY_WORD.get(_word, ()), _name)


def _families(names: Iterable[str]) -> tuple[str, ...]:
    """Bokmål and nynorsk run together as "no", so that what they share does not weaken either against Danish."""
    return tuple(dict.fromkeys("no" if name in ("nb", "nn") else name for name in names))


# A word that one language alone has says most.
_TELLS = {word: (_families(names), 4.0 / len(_families(names)) ** 2 + 0.25) for word, names in _BY_WORD.items()}
_ORDER = {name: place for place, name in enumerate(_families(_TABLE))}
# Relatives that a short text may not tell apart; then the first of the table is meant, which most of them are.
_NORDIC = {"no", "da", "sv"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the words of a text say: a score by language ("no": either Norwegian), how many were known, and the form of
    Norwegian: above 0 nynorsk, below bokmål.
    """

    score: Mapping[str, float]
    known: int
    form: float
    words: int


def language(text: str) -> str | None:
    """The language of a text, None in doubt."""
    seen = evidence(text)
    if _is_plain(seen):
        return by_words(seen)
    # Names and numbers are no text: without a known word there must at least be letters that English has not.
    asks = seen.words >= 3 and (seen.known > 0 or not text.isascii())
    among = tongues.NORDIC if _is_nordic(seen) else tongues.LANGUAGES
    heard = tongues.opinion(text[:CHARACTERS], among) if asks else {}
    return _together(seen, heard) if heard else by_words(seen)


def evidence(text: str) -> Evidence:
    """Look at the first words, to the end of the paragraph with which enough is known: below may stand a firm's small print."""
    score: dict[str, float] = {}
    known, spelt, form, words = 0, 0, 0.0, 0
    for paragraph in text[:CHARACTERS].split("\n\n"):
        for word in islice(_WORD.findall(paragraph), WORDS - words):
            told, tilt, marked = _tells(word[:_LONGEST])
            known, spelt, form, words = known + (word.lower() in _TELLS), spelt or marked, form + tilt, words + 1
            for name, weight in told:
                score[name] = score.get(name, 0.0) + weight
        if known >= _ENOUGH or words >= WORDS:
            break
    return Evidence(score, known + spelt, form, words)


@lru_cache(4096)
def _tells(written: str) -> tuple[tuple[tuple[str, float], ...], float, int]:
    """Scores by language, how far the word leans to nynorsk, and 1 if its spelling tells something.  Names have endings of their own."""
    word = written.lower()
    families, weight = _TELLS.get(word, ((), 0.0))
    signs = [(names, much) for sign, names, much in _SPELLING if sign.search(word)]
    told = [(name, weight) for name in families] + [(name, much) for names, much in signs for name in _families(names)]
    forms = [(_BY_WORD.get(word, ()), 2.0), *signs]
    if not families and written == word:
        forms += [(names, 0.4) for sign, names in _FORMS if sign.search(word)]
    lean = sum(much * (("nn" in names) - ("nb" in names)) for names, much in forms)
    return tuple(told), lean, int(bool(signs))


def by_words(seen: Evidence) -> str | None:
    """The language that the words alone tell."""
    if seen.known < 3:
        return None
    best, second = (*sorted(seen.score, key=lambda name: (-seen.score[name], _ORDER[name])), "", "")[:2]
    if best == "no":
        return "nn" if seen.form > 0 else "nb"
    if {best, second} <= _NORDIC:
        return best
    return best if seen.score[best] > seen.score.get(second, 0.0) * 1.05 else None


def _is_plain(seen: Evidence) -> bool:
    """Enough words, one language far before the others, and if it is Norwegian, one form of it."""
    best, second, *_ = (*sorted(seen.score.values(), reverse=True), 0.0, 0.0)
    if seen.known < _ENOUGH or best < 1.5 * second:
        return False
    return abs(seen.form) >= 2 or seen.score.get("no", 0.0) < best


def _is_nordic(seen: Evidence) -> bool:
    """Whether the doubt is only which Nordic language it is: no other could come to be the first, whatever lingua said of it."""
    nordic = max(seen.score.get(name, 0.0) for name in _NORDIC)
    others = max((score for name, score in seen.score.items() if name not in _NORDIC), default=0.0)
    return _weight(seen) * (nordic - others) > sum(seen.score.values())


def _weight(seen: Evidence) -> float:
    """The more words are known, the more they count, from four on three times as much as lingua."""
    return 3 * min(1.0, seen.known / 4)


def _together(seen: Evidence, heard: Mapping[str, float]) -> str | None:
    """Words and lingua added up."""
    whole, weight = sum(seen.score.values()) or 1.0, _weight(seen)
    total = {name: value / whole * weight for name, value in seen.score.items()}
    for name, value in heard.items():
        family = "no" if name in ("nb", "nn") else name
        total[family] = total.get(family, 0.0) + value
    best = max(total, key=lambda name: (total[name], -_ORDER.get(name, len(_ORDER))))
    sure = max(*heard.values(), heard.get("nb", 0.0) + heard.get("nn", 0.0)) >= 0.9
    if seen.known < 3 and not (sure and seen.words >= 4):
        return None
    if best != "no":
        return best
    lean = seen.form if abs(seen.form) > 0.5 else heard.get("nn", 0.0) - heard.get("nb", 0.0)
    return "nn" if lean > 0 else "nb"
