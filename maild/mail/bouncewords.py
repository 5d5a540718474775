"""bouncewords: what mail systems say of a mail that did not arrive.  Tables only, lower case; a language is a line in each.

Languages: en nb nn sl sv da de fr nl es it pt pl.  Each table answers one question; none names a product.
"""

from __future__ import annotations

# Is this subject a mail system's?
UNDELIVERED = (
    "undeliver", "undelivered", "delivery status notification", "delivery failure", "delivery has failed",
    "delivery notification", "delivery report", "delivery error", "returned mail", "mail delivery",
    "mail system error", "failure notice", "failed mail", "failed delivery", "mail could not", "message could not",
    "could not send", "could not be delivered", "non-delivery", "nondeliverable", "non delivery", "ndn:",
    "undelivery", "delivery incomplete", "delivery delayed", "delivery failed", "bounce", "rejected",
    "returned to sender", "warning: message", "warning: could not send", "delayed", "delay in", "user unknown",
    "unknown user", "mailbox full", "postmaster notify", "error sending", "transport error", "system error",
    "not delivered", "unable to deliver", "can't deliver", "cannot deliver", "permanent error", "e-mail delivery",
    "email delivery",
    "ikke levert", "kan ikke leveres", "kunne ikke leveres", "leveringsfeil", "levering mislyk", "forsinket levering",
    "levering forsinket", "ikkje levert", "kan ikkje leverast", "kunne ikkje leverast", "leveringsfeil",
    "ni mogoče dostaviti", "ni bilo mogoče dostaviti", "nedostavljiv", "nedostavljen", "ni bilo dostavljeno",
    "ni dostavljeno", "dostava ni uspela", "napaka pri dostavi", "zavrnjeno sporočilo", "zakasnela dostava",
    "kan inte levereras", "kunde inte levereras", "olevererat", "olevererbart", "ikke leveret", "kan ikke leveres",
    "unzustellbar", "nicht zugestellt", "nicht zustellbar", "zustellung fehlgeschlagen", "zustellfehler",
    "zustellung verzögert", "verzögerte zustellung", "unzustellbarkeit",
    "non remis", "échec de la remise", "échec de remise", "non distribu", "non délivré", "échec de livraison",
    "remise retardée", "notification d'état de remise",
    "onbestelbaar", "niet bezorgd", "bezorging mislukt", "kan niet worden bezorgd",
    "no se puede entregar", "no entregado", "devuelto", "error de entrega", "no se ha podido entregar",
    "mancato recapito", "impossibile recapitare", "mancata consegna", "consegna non riuscita",
    "não entregue", "não é possível entregar", "falha na entrega", "devolvido",
    "niedostarczon", "nie można dostarczyć", "nie dostarczono", "błąd dostarczania", "zwrot wiadomości",
)  # fmt: skip

# Does this text speak like a mail system?
SYSTEM_SPEECH = (
    "could not be delivered", "couldn't be delivered", "was not delivered", "wasn't delivered", "not be delivered",
    "undeliverable", "delivery failed", "delivery to the following", "delivery has failed", "unable to deliver",
    "not able to deliver", "able to be delivered", "permanent fatal error", "permanent error", "fatal error", "returned to you",
    "returned below", "unknown user", "user unknown", "no such user", "mailbox is full", "mailbox full", "quota exceeded",
    "over quota", "does not exist", "not accepted", "rejected", "mail delivery", "delivery attempt", "delivery status",
    "following address", "following recipient", "following user", "could not deliver", "couldn't deliver",
    "could not be found", "smtp error", "remote host said", "550 ", "554 ", "553 ", "552 ", "bounced",
    "delivery error", "not reached", "can not be delivered", "cannot be delivered", "can't be delivered",
    "has been delayed", "is delayed", "delivery delayed", "still trying", "will be retried", "temporary problem",
    "ikke leveres", "ikke levert", "ble avvist", "ikkje leverast", "ikkje levert", "vart avvist",
    "ni bilo mogoče dostaviti", "ni mogoče dostaviti", "ni bilo dostavljeno", "dostava ni uspela", "ne obstaja",
    "nabiralnik je poln", "kunde inte levereras", "inte levererats", "blev ikke leveret",
    "nicht zugestellt", "nicht zustellen", "nicht zustellbar", "nicht ausgeliefert", "zustellung fehlgeschlagen",
    "n'a pas pu être", "n'a pas été remis", "non remis", "pas été délivré", "niet worden bezorgd", "niet bezorgd",
    "no se pudo entregar", "no se ha podido entregar", "no ha podido ser entregado",
    "impossibile recapitare", "non è stato possibile", "non è stato recapitato",
    "não foi entregue", "não pôde ser entregue", "nie została dostarczona", "nie można dostarczyć",
    "nie mogła zostać dostarczona",
)  # fmt: skip

# A promise to try again, or the advice not to send again: nobody has given up.
PROMISES = (
    "will be retried", "will retry", "will keep trying", "will continue to", "will continue for", "attempts will continue",
    "still being retried", "still trying", "keep trying", "will try again", "will be attempted again", "warning only",
    "a warning message only", "not need to resend", "not need to re-send", "not need to send", "don't need to resend",
    "no action is required", "kept in the queue", "remains in the queue", "is queued for", "only a warning", "just a warning",
    "this is a warning", "only a temporary failure", "retry timeout not",
    "vil prøve igjen", "prøver igjen", "fortsetter å prøve", "vil bli forsøkt", "trenger ikke å sende", "trenger ikke sende",
    "vil prøve på nytt", "prøver på nytt", "vil prøva igjen", "prøver om att", "treng ikkje å sende", "treng ikkje sende",
    "bomo poskusili znova", "bo poskusil znova", "poskušali znova", "poskušamo znova", "ni treba ponovno pošiljati",
    "ponovno poskus", "poskusili ponovno", "kommer att försöka", "försöker igen", "behöver inte skicka", "vil forsøge igen",
    "prøver igen", "behøver ikke at sende",
    "wird weiterhin versuch", "weiterhin versucht", "weitere zustellversuche", "erneut versuchen", "erneut versucht",
    "wird erneut", "nicht erneut senden", "nicht noch einmal senden", "es wird weiter versucht", "nur eine warnung",
    "nouvelle tentative sera", "nouvelles tentatives seront", "tentatives se poursuiv", "continuera d'essayer",
    "inutile de renvoyer", "n'avez pas besoin de renvoyer", "pas nécessaire de renvoyer",
    "blijven proberen", "opnieuw geprobeerd", "probeert het opnieuw", "hoeft niet opnieuw te verzenden",
    "se seguirá intentando", "seguirá intentando", "se volverá a intentar", "no es necesario que reenvíe",
    "no es necesario reenviar", "continuerà a tentare", "verranno effettuati altri tentativi",
    "non è necessario inviare nuovamente",
    "non è necessario rinviare", "continuará a tentar", "continuará tentando", "não é necessário reenviar",
    "będzie ponawiać", "ponowne próby", "nie trzeba wysyłać ponownie", "nie musisz wysyłać ponownie",
)  # fmt: skip

# Somebody has given up.
GIVEN_UP = (
    "giving up", "given up", "gave up", "not going to try again", "won't be retried", "not be retried", "no longer be",
    "no further attempt", "no more attempt", "not try again", "stopped trying", "has been returned", "permanent error",
    "permanent fatal error", "failed permanently", "permanent failure", "permanently failed", "retry timeout exceeded",
    "in the queue too long", "in queue too long", "has expired", "message expired", "envelope expired", "permanently reject",
    "har gitt opp", "gir opp", "gjev opp", "har gjeve opp", "permanent feil", "varig feil", "ne bomo več poskušali",
    "trajna napaka", "obupali", "har gett upp", "har givet op", "endgültig", "permanenter fehler", "dauerhafter fehler",
    "aufgegeben", "erreur permanente", "erreur définitive", "abandon", "permanente fout", "opgegeven", "error permanente",
    "errore permanente", "erro permanente", "błąd trwały", "trwały błąd",
)  # fmt: skip

# Words that make a delay likely, where nothing says more.
SLOW = (
    "delayed", "deferred", "not yet been delivered", "has not been delivered yet", "still undelivered", "transient",
    "forsinket", "forseinka", "zamuja", "zakasn", "försenad", "försenat", "verzögert", "retardé", "vertraagd", "retrasad",
    "ritardo", "atrasad", "opóźnion",
)  # fmt: skip
# Words that make a failure likely there.
LOST = (
    "failed", "fatal", "user unknown", "unknown user", "does not exist", "no such", "rejected", "undeliver", "returned",
    "failure", "error", "unable", "could not", "not delivered", "feil", "mislyk", "napaka", "ni bilo", "ni mogoče",
    "fehler", "unzustell", "nicht zu", "échec", "non remis", "erreur", "onbestel", "mislukt", "mancat", "impossib",
    "no se p", "no entreg", "devuelt", "falha", "não ", "niedostarcz", "nie ", "olever", "ikke lever", "ikkje lever",
)  # fmt: skip

# Why it did not arrive, as a code of RFC 3463.  The first that fits counts: what ended the trying, then the address, then the rest.
REASONS = (
    ("4.4.7", (
        "retry timeout exceeded", "retry time not reached", "message expired", "envelope expired", "delivery time expired",
        "delivery expired", "queue too long", "too long in the queue", "maximum-time-expired", "message timed out",
        "not going to try again; this", "giving up on it", "timeout exceeded", "no longer wait",
        "zustellzeit abgelaufen", "zeitüberschreitung", "délai dépassé", "délai expiré", "tidsfristen", "čas za dostavo",
        "časovna omejitev", "tidsgrense",
    )),
    ("5.2.2", (
        "mailbox full", "mailbox is full", "over quota", "overquota", "quota exceeded", "exceeded storage", "exceeds quota",
        "out of storage", "storage limit", "quota is exceeded", "exceeded the quota", "over its quota", "inbox is full",
        "disk quota", "mailbox size limit", "mailbox has exceeded", "account is full", "not enough space",
        "postkassen er full", "postboksen er full", "innboksen er full", "full postkasse", "nabiralnik je poln",
        "nabiralnik poln", "poln nabiralnik", "prekoračena kvota", "brevlådan är full", "postkassen er fuld", "postfach ist voll",
        "postfach voll", "speicherplatz", "boîte aux lettres pleine", "boîte pleine", "boîte de réception est pleine",
        "est pleine", "quota dépassé", "postvak is vol", "mailbox vol", "buzón está lleno", "buzón lleno", "casella piena",
        "casella è piena", "caixa de correio cheia", "caixa cheia", "skrzynka pełna", "skrzynka jest pełna", "pełna skrzynka",
    )),
    ("5.1.1", (
        "user unknown", "unknown user", "no such user", "no such recipient", "no such mailbox", "no such account",
        "mailbox unavailable", "mailbox not found", "user not found", "recipient not found", "recipnotfound",
        "unknown recipient", "recipient unknown", "invalid recipient", "invalid mailbox", "invalid address", "address unknown",
        "unknown address", "unknown local", "no mailbox here", "mailbox does not exist", "user does not exist",
        "account does not exist", "address does not exist", "recipient does not exist", "couldn't be found", "wasn't found",
        "not a valid user", "not listed in", "unrouteable address", "undeliverable address", "does not have an account",
        "doesn't have a", "no account", "recipient rejected", "does not like recipient", "unknown in virtual",
        "address couldn't", "user doesn't exist", "address rejected", "mailbox unknown", "unknown mailbox",
        "finnes ikke", "finst ikkje", "ukjent bruker", "ukjent mottaker", "ukjend mottakar", "ukjent adresse", "ne obstaja",
        "neznan prejemnik", "neznan uporabnik", "neobstoječ", "finns inte", "okänd mottagare", "findes ikke", "ukendt modtager",
        "existiert nicht", "unbekannter empfänger", "empfänger unbekannt", "benutzer unbekannt", "unbekannter benutzer",
        "adresse unbekannt", "nicht bekannt", "n'existe pas", "destinataire inconnu", "utilisateur inconnu", "adresse inconnue",
        "inexistant", "bestaat niet", "onbekende ontvanger", "onbekende gebruiker", "no existe", "usuario desconocido",
        "destinatario desconocido", "non esiste", "utente sconosciuto", "destinatario sconosciuto", "inesistente", "não existe",
        "destinatário desconhecido", "nie istnieje", "nieznany odbiorca", "nieznany użytkownik", "ble ikke funnet",
        "blei ikkje funnen", "vart ikkje funnen", "ni mogoče najti", "hittades inte", "kunne ikke findes", "nicht gefunden",
        "est introuvable", "niet gevonden", "no se encontró", "no se pudo encontrar", "non trovato", "non è stato trovato",
        "não foi encontrad", "nie znaleziono",
    )),
    ("5.1.2", (
        "host unknown", "unknown host", "host not found", "domain not found", "unknown domain", "no such domain", "nxdomain",
        "name service error", "domain does not exist", "no mx found", "no mail server", "couldn't find any host",
        "unroutable domain",
        "unrouteable mail domain", "domain couldn't be found", "bad destination host", "domain name not found",
        "ukjent domene", "domenet finnes", "neznana domena", "unbekannte domain", "domaine inconnu", "domaine introuvable",
        "dominio desconocido", "dominio sconosciuto", "okänd domän",
    )),
    ("5.2.1", (
        "account disabled", "mailbox disabled", "account is disabled", "account has been disabled", "account is inactive",
        "account inactive", "mailbox is inactive", "account suspended", "has been suspended", "mailbox is disabled",
        "account that you tried to reach is disabled", "account has been deactivated", "no longer active", "no longer in use",
    )),
    ("5.2.3", (
        "message too large", "message too big", "message size exceeds", "size limit", "exceeds size", "too large",
        "exceeds the maximum", "maximum message size", "for stor", "prevelik", "zu groß", "zu gross", "trop volumineux",
        "te groot", "demasiado grande", "troppo grande", "muito grande", "zbyt duż",
    )),
    ("5.4.6", ("routing loop", "mail loop", "too many hops", "hop count", "mail is looping", "loops back")),
    ("4.7.1", ("greylist", "graylist", "grey-list", "try again in", "too many connections", "rate limit")),
    ("5.7.1", (
        "spam", "blacklist", "blocklist", "block list", "blocked", "policy", "relay access denied", "relaying denied",
        "not permitted to relay", "relay not permitted", "access denied", "not authorized", "unauthenticated",
        "authentication required",
        "spf ", "dkim", "dmarc", "virus", "reputation", "prohibited", "not allowed", "permission", "auth required",
        "ikke tillatt", "ikkje tillate", "ni dovoljen", "nicht erlaubt", "richtlinie", "refusé par", "no permitido",
    )),
    ("4.4.1", (
        "connection timed out", "connect timed out", "connection refused", "could not connect", "unable to connect",
        "couldn't connect", "did not accept our requests to connect", "establish an smtp connection", "no route to host",
        "network is unreachable", "network unreachable", "network error", "unreachable", "not responding", "did not respond",
        "no answer from host", "connection reset", "connection dropped", "lost connection", "operation timed out", "timed out",
        "timeout", "conversation with", "svarer ikke", "svarar ikkje", "ne odgovarja", "ni mogoče vzpostaviti povezave",
        "svarar inte", "nicht erreichbar", "antwortet nicht", "injoignable", "ne répond pas", "niet bereikbaar", "no responde",
        "non risponde", "não responde", "nie odpowiada",
    )),
    ("4.3.0", ("temporar", "try again later", "midlertidig", "mellombels", "začasn", "tillfällig", "vorübergehend", "tijdelijk")),
)  # fmt: skip

# What stands above the mail that came back, in other languages than English.
RETURNED = (
    "opprinnelig melding", "opprinnelige melding", "meldingshoder", "kopi av meldingen", "opphavleg melding", "kopi av meldinga",
    "izvirno sporočilo", "izvirnega sporočila", "glave sporočila", "kopija sporočila", "ursprungligt meddelande",
    "oprindelig meddelelse",
    "ursprüngliche nachricht", "ursprünglichen nachricht", "kopie ihrer nachricht", "kopie der nachricht", "originalnachricht",
    "nachrichtenkopf", "message d'origine", "message original", "copie de votre message", "en-têtes du message",
    "oorspronkelijk bericht", "oorspronkelijke bericht", "kopie van uw bericht", "mensaje original", "encabezados de mensaje",
    "copia de su mensaje", "messaggio originale", "copia del messaggio", "mensagem original", "oryginalna wiadomość",
    "oryginalnej wiadomości",
)  # fmt: skip

# Who speaks like this is a person who tells of it.
PERSONAL = (
    "i sent", "i have sent", "i've sent", "i tried", "i have tried", "i've tried", "i got", "i get ", "i keep getting",
    "i received", "i am getting", "i'm getting", "we sent", "we tried", "we got", "we get ", "we keep getting", "my mail",
    "my e-mail", "my email", "our mail", "our e-mail", "our email", "came back", "can you", "could you", "please help",
    "see below", "fyi", "regards",
    "jeg sendte", "jeg har sendt", "jeg prøv", "jeg fikk", "jeg får", "vi fikk", "vi får", "min e-post", "mailen min",
    "e-posten min", "kan dere", "kan du", "hilsen", "eg sende", "eg prøv", "eg fekk", "eg får", "e-posten min", "kan de ",
    "poslal sem", "poslala sem", "dobil sem", "dobila sem", "dobivam", "moje sporočilo", "moja pošta", "prosim", "lep pozdrav",
    "jag skickade", "jag fick", "jag får", "jeg fik", "ich habe", "ich bekomme", "ich erhalte", "wir haben", "wir erhalten",
    "meine mail", "meine e-mail", "können sie", "viele grüße", "mit freundlichen", "j'ai", "je reçois", "nous avons", "mon mail",
    "pouvez-vous", "cordialement", "ik heb", "ik krijg", "kunt u", "he enviado", "he recibido", "mi correo", "puede usted",
    "ho inviato", "ho ricevuto", "la mia mail", "potete", "enviei", "recebi", "wysłałem", "wysłałam", "dostałem", "dostałam",
    "otrzymałem", "proszę o",
)  # fmt: skip
