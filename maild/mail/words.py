"""words: what clients of many languages write around a reply.  Tables only; a language is added by a line in each.

Languages: nb nn sl en sv da de fr nl es it pt pl (and fi, cs where they cost nothing).  All words in lower case.
"""

from __future__ import annotations

# "... wrote:", the last word or words of an attribution line, in any place of it ("Den 3. mai skrev Kari:").
WROTE = (
    "wrote", "writes", "said", "skrev", "skreiv", "skriver", "je napisal", "je napisala", "napisal", "napisala",
    "piše", "je pisal", "schrieb", "schreibt", "geschrieben", "a écrit", "écrit", "ecrit", "schreef",
    "heeft geschreven", "geschreven", "escribió", "escribio", "ha scritto", "scritto", "escreveu", "napisał",
    "napisała", "napisał(a)", "pisze", "kirjoitti", "napsal", "napsala", "je oseba", "via",
    "zapisal", "zapisala", "pisala",
)  # fmt: skip

# Who says so tells it himself; a client names somebody.  Looked for before a colon or comma only.
TOLD = (
    "you wrote", "you said", "i wrote", "we wrote", "skrev du", "skrev dere", "skrev de", "skrev jeg", "skrev vi", "skreiv du",
    "skreiv de", "skreiv eg", "skreiv vi", "du skrev", "dere skrev", "de skreiv", "jeg skrev", "eg skreiv", "ste napisali",
    "ste zapisali", "napisali ste", "sem napisal", "sem napisala", "skrev ni", "skrev jag", "ni skrev", "skrev i", "schrieben sie",
    "sie schrieben", "haben sie geschrieben", "schrieb ich", "schriebst du", "vous avez écrit", "vous écrivez", "j'ai écrit",
    "schreef u", "u schreef", "schreef ik", "usted escribió", "ustedes escribieron", "avete scritto", "ha scritto lei",
    "o senhor escreveu", "vocês escreveram", "napisaliście", "napisał pan", "napisała pani",
)  # fmt: skip

# A short reply that says where its answers stand: within what it quotes, without any mark there.
WITHIN = (
    "in red", "in blue", "in green", "inline", "in-line", "answers below", "comments below", "answers within", "i rødt", "i raudt",
    "i blått", "i grønt", "med rødt", "med raudt", "med blått", "svarene mine under", "svara mine under", "svar under", "svara under",
    "svarer under", "svarar under", "svar nedenfor", "svarer nedenfor", "kommentarer under", "svar lenger ned", "svar lenger nede",
    "z rdečo", "z rdečim", "v rdeči", "rdeče barve", "z modro", "v modri", "odgovori spodaj", "odgovori so spodaj", "odgovarjam spodaj",
    "odgovor spodaj", "i rött", "svar nedan", "svarar nedan", "in rot", "in blau", "antworten unten", "antworten im text", "en rouge",
    "en bleu", "réponses ci-dessous", "in het rood", "in rood", "antwoorden hieronder", "en rojo", "en azul", "respuestas abajo",
    "in rosso", "in blu", "risposte sotto", "a vermelho", "em vermelho", "respostas abaixo", "na czerwono", "odpowiedzi poniżej",
)  # fmt: skip

# How an attribution line begins, when it was wrapped before its date.
OPENERS = (
    "on ", "den ", "på ", "am ", "le ", "el ", "il ", "op ", "em ", "no dia ", "w dniu ", "dnia ", "dne ", "v ",
    "tors", "fre", "man", "tir", "tys", "ons", "lør", "laur", "søn", "sun", "mån", "lör", "sön", "pon", "tor", "sre",
    "čet", "pet", "sob", "ned", "mon", "tue", "wed", "thu", "fri", "sat", "2",
)  # fmt: skip

# Labels of a header block, by what they name.  Outlook and its peers write them above what they quote.
FROM = (
    "from", "fra", "frå", "från", "od", "von", "de", "van", "da", "remetente", "expéditeur", "lähettäjä", "mittente",
    "remitente", "pošiljatelj", "avsender", "avsendar", "afsender", "absender",
)  # fmt: skip
TO = (
    "to", "til", "till", "za", "prejemnik", "an", "à", "a", "aan", "para", "per", "do", "vastaanottaja", "komu",
    "mottaker", "mottakar", "modtager", "mottagare", "destinataire", "destinatario", "destinatário", "pour",
)  # fmt: skip
SENT = (
    "sent", "sendt", "sende", "skickat", "poslano", "gesendet", "envoyé", "envoye", "verzonden", "enviado",
    "enviado el", "enviada em", "inviato", "wysłano", "wysłane", "lähetetty", "odesláno", "sent at",
)  # fmt: skip
DATE = (
    "date", "dato", "datum", "fecha", "data", "päivämäärä", "date d'envoi", "enviado em", "sendt dato", "dátum",
    "poslano dne",
)  # fmt: skip
SUBJECT = (
    "subject", "emne", "zadeva", "ämne", "betreff", "objet", "onderwerp", "asunto", "oggetto", "assunto", "temat",
    "aihe", "předmět", "re", "sujet",
)  # fmt: skip
OTHER = (
    "cc", "kopi", "kopija", "kopia", "kp", "skp", "copie", "cc:n", "bcc", "blindkopi", "importance", "viktighet",
    "priority", "prioritet", "pomembnost", "wichtigkeit", "importancia", "priorité", "reply-to", "svar til",
    "odgovori na", "svara till", "antwort an", "répondre à", "rispondi a", "responder a", "attachments", "vedlegg",
    "priloge", "anlagen", "pièces jointes", "organization", "organisasjon", "message-id", "categories", "when",
    "where",
)  # fmt: skip

# Words within a line of dashes above a quoted or forwarded mail.
BANNERS = (
    "original message", "original mail", "original email", "originalmelding", "opprinnelig melding",
    "opprinnelig e-post", "opphavleg melding", "opphavleg e-post", "opprinneleg melding", "izvirno sporočilo", "izvorno sporočilo",
    "prvotno sporočilo", "originalno sporočilo", "ursprungligt meddelande", "ursprungligt mail",
    "oprindelig meddelelse", "original meddelelse", "ursprüngliche nachricht", "original-nachricht",
    "originalnachricht", "message d'origine", "message original", "message initial", "oorspronkelijk bericht",
    "originele bericht", "mensaje original", "messaggio originale", "mensagem original", "mensagem originale",
    "oryginalna wiadomość", "wiadomość oryginalna", "reply message", "alkuperäinen viesti", "původní zpráva",
    "forwarded message", "forwarded by", "forwarded mail", "videresendt melding", "videresendt e-post",
    "videresendt av", "vidaresend melding", "vidaresendt melding", "vidaresend e-post", "posredovano sporočilo",
    "vidarebefordrat meddelande", "vidarebefordrat brev", "videresendt meddelelse", "videresendt besked",
    "weitergeleitete nachricht", "weitergeleitete mail", "message transféré", "message transmis",
    "doorgestuurd bericht", "mensaje reenviado", "messaggio inoltrato", "mensagem encaminhada",
    "wiadomość przekazana", "przekazana wiadomość",
)  # fmt: skip
# Banners without dashes, as Apple writes them; the whole line, with its colon.
BEGINS = (
    "begin forwarded message", "start på videresendt melding", "start på videresendt e-post", "videresendt melding",
    "begynnelsen på videresendt melding", "začetek posredovanega sporočila",
    "začetek posredovanega e-poštnega sporočila", "vidarebefordrat brev", "vidarebefordrat meddelande",
    "start på videresendt besked", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
    "début du message transféré", "début du message réexpédié", "begin doorgestuurd bericht",
    "inicio del mensaje reenviado", "inizio messaggio inoltrato", "início da mensagem reencaminhada",
    "início da mensagem encaminhada", "początek przekazywanej wiadomości", "posredovano sporočilo",
)  # fmt: skip

# A phone's or tablet's own last line.
FOOTERS = (
    "sent from my", "sent from mail for", "sent from outlook", "sent from yahoo", "sent from samsung",
    "sent from the", "sent using", "sent via", "sent with", "get outlook for", "sendt fra min", "sendt fra mail",
    "sendt fra outlook", "sendt frå min", "sendt med", "hent outlook for", "skaff deg outlook", "skaff outlook for",
    "last ned outlook for", "få outlook for", "poslano iz", "poslano z", "poslano s ", "prenesite outlook",
    "pridobite outlook", "pošiljam z", "skickat från", "skickades från", "hämta outlook för", "sendt via",
    "von meinem", "gesendet von", "gesendet mit", "holen sie sich outlook", "outlook für",
    "diese nachricht wurde von meinem", "envoyé de mon", "envoyé depuis", "envoyé à partir", "obtenir outlook",
    "télécharger outlook", "provenance : courrier", "verzonden vanaf", "verstuurd vanaf", "outlook downloaden",
    "outlook voor", "enviado desde", "enviado de mi", "obtener outlook", "descargar outlook", "inviato da",
    "inviato dal", "scarica outlook", "ottieni outlook", "enviado do meu", "enviado a partir", "obter o outlook",
    "enviado via", "wysłane z", "wysłano z", "pobierz aplikację outlook", "pobierz outlook", "download outlook",
    "lähetetty", "odesláno z", "typed on my", "written on my", "skrevet på min", "skrevet fra min",
)  # fmt: skip

# Subjects of absence notes and automatic answers, at the beginning.  Weaker evidence than any header.
ABSENT = (
    "automatisk svar", "autosvar", "automatisert svar", "fraværsmelding", "fråværsmelding", "ikke til stede",
    "ikkje til stades", "fravær:", "fråvær:", "samodejni odgovor", "samodejno sporočilo", "avtomatski odgovor",
    "odsotnost", "odsoten", "odsotna", "sem odsoten", "automatic reply", "automatic response", "auto reply",
    "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse", "auto:", "out of office",
    "out of the office", "out-of-office", "away from my mail", "vacation reply", "on vacation", "on holiday",
    "frånvaro", "automatiskt svar", "frånvarande", "ikke til stede", "fraværende", "automatische antwort",
    "abwesenheit", "abwesend", "réponse automatique", "absence du bureau", "absent du bureau", "message d'absence",
    "automatisch antwoord", "afwezig", "niet aanwezig", "respuesta automática", "fuera de la oficina",
    "ausente de la oficina", "risposta automatica", "fuori sede", "fuori ufficio", "assenza dall'ufficio",
    "resposta automática", "fora do escritório", "ausência", "autoodpowiedź", "odpowiedź automatyczna",
    "automatyczna odpowiedź", "poza biurem", "nieobecność", "automaattinen vastaus", "poissa", "automatická odpověď",
)  # fmt: skip
