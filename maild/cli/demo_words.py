"""demo_words: what the people of the demo write, and what it invites to try.  Words only."""

QUESTION = """\
Hei,

Skriveren i andre etasje (HP M607) har stått og blinket rødt siden i går.
Vi har skrudd den av og på, og byttet papir i alle skuffene, men den skriver
fortsatt ikke ut. Det haster litt, for fakturaene skal ut på fredag.

Med vennlig hilsen
Ann Berg
Kunde AS, tlf. 55 00 00 00
"""
ANSWER = """\
/priortet høy

Hei Ann,

Takk for beskjeden. Rødt lys på den modellen er som regel papir som sitter fast
bak luken på baksiden. Kan du åpne den og se etter? Hjelper ikke det, kommer
jeg til dere i morgen tidlig klokken 8.

Hilsen Kari
"""
CORRECTION = "/prioritet høy\n"
QUIETLY = "/lukk stille\n"
UNDO = "/angre\n"
THANKS = """\
Hei Kari,

Der satt det et halvt ark, ja. Nå skriver den igjen. Tusen takk!

Ann
"""
CLOSE = """\
/lukk

Så fint, Ann! God helg.

Hilsen Kari
"""
TRY = """\
maild stays up until Ctrl-C, and each letter that it sends is shown here. In another window:

A customer writes ({port} is maild's own door):
    swaks --server 127.0.0.1:{port} --from bo@kunde.example --to {desk} \\
          --header "Subject: Får ikke logget inn" --body "Hei, passordet virker ikke."
The same without swaks:
    python3 -c 'import smtplib; smtplib.SMTP("127.0.0.1", {port}).sendmail("bo@kunde.example", "{desk}",
        "From: bo@kunde.example\\nTo: {desk}\\nSubject: Får ikke logget inn\\n\\nHei.\\n".encode())'
{name} opens the first case again (the header is what your own mail server adds when it knows who wrote):
    swaks --server 127.0.0.1:{port} --from {handler} --to {reply} \\
          --header "Authentication-Results: {authserv}; dmarc=pass header.from=staff.example" \\
          --header "From: {handler}" --header "Subject: Re: {subject}" --body "/reopen"
Look:
    export MAILD_CONFIG={config}
    {maild} case list            {maild} case show {number}
    {maild} explain {number}         {maild} queue list --all
Change who gets what: edit {rules}/routing.yaml, then: {maild} check && {maild} reload
"""
