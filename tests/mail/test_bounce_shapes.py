"""Reports in the shapes that the world's mail systems have; each text is our own, only the shape is theirs."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from maild.mail.parse import read
from maild.model.message import Bounce, Kind

ANN, BOB = "ann@client.example", "bob@client.example"
LETTER = "<out.9@desk.example>"
HEAD = f"From: Support <support@desk.example>\nTo: {ANN}\nSubject: Your order\nMessage-ID: {LETTER}\n"


def mail(text: str, *, sender: str, subject: str, more: str = "Return-Path: <>\n") -> bytes:
    """A report of one part."""
    return (
        f"{more}From: {sender}\nTo: support@desk.example\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n{text}"
    ).encode()


def dsn(
    fields: str,
    text: str = "See below.\n",
    *,
    returned: str = "message/rfc822",
    subject: str = "Undelivered",
    more: str = "",
) -> bytes:
    """A report as RFC 3464 wants it.  fields: the groups of the recipients."""
    return (
        f"{more}From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: support@desk.example\nSubject: {subject}\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n{text}\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.example\n\n{fields}\n"
        f"--b\nContent-Type: {returned}\n\n{HEAD}\nHello\n--b--\n"
    ).encode()


def group(address: str, action: str, status: str, said: str = "", original: str = "") -> str:
    """The fields of one recipient."""
    rows = [f"Original-Recipient: rfc822;{original}"] if original else []
    rows += [f"Final-Recipient: rfc822; {address}", f"Action: {action}", f"Status: {status}"]
    return "\n".join([*rows, *([f"Diagnostic-Code: {said}"] if said else [])]) + "\n"


def told(raw: bytes) -> Bounce:
    message = read(raw)
    assert message.kind is Kind.BOUNCE, message.why
    assert message.automatic
    assert message.bounce is not None
    return message.bounce


@dataclass(frozen=True, slots=True)
class Shape:
    """One mail system's way of saying it: who writes, under which subject, what; and what that means."""

    name: str
    sender: str
    subject: str
    text: str
    status: str
    delayed: bool = False


DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example>"
POSTMASTER = "postmaster@mx.example"
BELOW = f"\n------ Here is the mail that came back ------\n\n{HEAD}"

SHAPES = [
    Shape("postfix", DAEMON, "Undelivered Mail Returned to Sender",
          f"This is mx.example. The mail below did not get through.\n\n<{ANN}>: host in.client.example[192.0.2.1] said: 550 5.1.1\n"
          f"    <{ANN}>: nobody of that name (in reply to RCPT TO command)\n", "5.1.1"),
    Shape("postfix waits", DAEMON, "Delayed Mail (still being retried)",
          f"WARNING ONLY, sending again is not needed.\nIt will be retried for 5 days.\n\n"
          f"<{ANN}>: connect to in.client.example[192.0.2.1]:25:\n"
          "    Connection timed out\n", "4.4.1", delayed=True),
    Shape("postfix is told to wait", DAEMON, "Delayed Mail (still being retried)",
          f"You do not need to resend.\n\n"
          f"<{ANN}>: host in.client.example said: 450 4.2.0 <{ANN}>: Recipient address rejected: Greylisted\n",
          "4.2.0", delayed=True),
    Shape("exim", DAEMON, "Mail delivery failed: returning message to sender",
          f"Created by the mailer.\n\nA message of yours could not reach everybody. This is a permanent error.\n\n  {ANN}\n"
          "    host in.client.example [192.0.2.1]\n"
          "    SMTP error from remote mail server after RCPT TO: 550 Unrouteable address\n", "5.1.1"),
    Shape("exim gives up", DAEMON, "Mail delivery failed: returning message to sender",
          f"A permanent error.\n\n  {ANN}\n"
          "    host in.client.example [192.0.2.1]: Connection refused: retry timeout exceeded\n", "4.4.7"),
    Shape("exim waits", DAEMON, "Warning: message 1abcDE-0001-xy delayed 24 hours",
          f"Not delivered for 24 hours to:\n\n  {ANN}\n    Delay reason: Connection refused\n\n"
          "No action is required on your part. Attempts will\n"
          "continue for some time. In the end the mailer will give up.\n", "4.4.1", delayed=True),
    Shape("qmail", "MAILER-DAEMON@mx.example", "failure notice",
          f"Hi. Here is the mail program at mx.example.\nThis is a permanent error; I've given up. Sorry.\n\n<{ANN}>:\n"
          "192.0.2.1 does not like recipient.\nRemote host said: 550 no mailbox here by that name\nGiving up on 192.0.2.1.\n", "5.1.1"),
    Shape("qmail waited", "MAILER-DAEMON@mx.example", "failure notice",
          f"<{ANN}>:\nI could not connect to in.client.example.\n"
          "I'm not going to try again; this message was in the queue too long.\n", "4.4.7"),
    Shape("sendmail", "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>", "Returned mail: see transcript for details",
          f"It arrived on Monday\n\n   ----- These had permanent fatal errors -----\n<{ANN}>\n"
          f"    (reason: 553 5.3.0 <{ANN}>... Not here)\n\n"
          f"   ----- Transcript of session follows -----\n>>> RCPT To:<{ANN}>\n<<< 553 5.3.0 Not here\n", "5.3.0"),
    Shape("sendmail waits", "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>", "Warning: could not send message for past 4 hours",
          f"THIS IS A WARNING MESSAGE ONLY\n\n   ----- Transient non-fatal errors -----\n<{ANN}>\n\n"
          "   ----- Transcript of session follows -----\n"
          f"<{ANN}>... Deferred: Connection timed out with in.client.example.\n"
          "Will keep trying until message is 5 days old\n", "4.4.1", delayed=True),
    Shape("exchange on premises", "System Administrator <postmaster@mx.example>", "Undeliverable: Your order",
          f"Your message did not reach some of its recipients.\n\n      Subject:\tYour order\n\n{ANN} on 2 Mar 2026 10:00\n"
          "            The e-mail account does not exist at the organization. <mx.example #5.1.1>\n", "5.1.1"),
    Shape("exchange 365", "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615@client.example>", "Undeliverable: Your order",
          f"Delivery has failed to these recipients or groups:\n\nAnn ({ANN})<mailto:{ANN}>\nThe mailbox is full.\n\n"
          f"Diagnostic information for administrators:\n\n{ANN}\nRemote Server returned '554 5.2.2 mailbox full'\n", "5.2.2"),
    Shape("gmail", "Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Delivery Status Notification (Failure)",
          f"** Address not found **\n\nYour message wasn't delivered to {ANN} because the address couldn't be found.\n", "5.1.1"),
    Shape("gmail waits", "Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Delivery Status Notification (Delay)",
          f"** Delivery incomplete **\n\nThere was a temporary problem with your message to {ANN}. We will retry for 46 more hours.\n"
          "You hear of it if the delivery fails permanently.\n", "4.3.0", delayed=True),
    Shape("courier", '"Courier mail server at mx.example" <@>', "NOTICE: mail delivery status.",
          f"This is a delivery status notification from mx.example.\n\nUNDELIVERABLE MAIL\n\n<{ANN}>:\n"
          "     in.client.example [192.0.2.1]:\n"
          " >>> RCPT TO:<ann@client.example>\n <<< 550 User unknown.\n", "5.1.1"),
    Shape("domino", "Postmaster@mx.example", f"DELIVERY FAILURE: User ann ({ANN}) not listed in Domino Directory",
          f"Your message\n\n  Subject: Your order\n\nwas not delivered to:\n\n  {ANN}\n\nbecause:\n\n"
          f"  User ann ({ANN}) not listed in\n  the Directory\n",
          "5.1.1"),
    Shape("zimbra", DAEMON, "Undelivered Mail Returned to Sender",
          f"<{ANN}>: host mbs.client.example[192.0.2.1] said: 552 5.2.2\n    Over quota (in reply to end of DATA command)\n", "5.2.2"),
    Shape("opensmtpd", "Mailer Daemon <MAILER-DAEMON@mx.example>", "Delivery status notification: error",
          f"    Hi!\n\n    An error occurred while delivering to:\n\n{ANN}: 550 Invalid recipient\n\n"
          f"    Below is a copy of the original message:\n\n{HEAD}",
          "5.1.1"),
    Shape("opensmtpd waits", "Mailer Daemon <MAILER-DAEMON@mx.example>", "Delivery status notification: warning",
          f"    Hi!\n\n    A message is delayed for more than 4 hours for:\n\n{ANN}: Network error on destination MXs\n\n"
          "    This is only a temporary failure"
          f" report.\n    Below is a copy of the original message:\n\n{HEAD}", "4.4.1", delayed=True),
    Shape("yahoo", "MAILER-DAEMON@yahoo.example", "Failure Notice",
          f"Sorry, we were unable to deliver your message to the following address.\n\n<{ANN}>:\n"
          "554: delivery error: dd This user doesn't have a"
          " mailbox here (ann@client.example) [0]\n", "5.1.1"),
    Shape("amazon", "MAILER-DAEMON@eu-west-1.amazonses.example", "Delivery Status Notification (Failure)",
          f"An error occurred while trying to deliver the mail to the following recipients:\n{ANN}\n", ""),
    Shape("german provider", "Mail-Zustellsystem <postmaster@post.example>", "Unzustellbar: Your order",
          f"Ihre Nachricht konnte nicht zugestellt werden an:\n\n{ANN}\n\nGrund: Das Postfach ist voll (Postfach voll).\n"
          f"\nUrsprüngliche Nachricht:\n\n{HEAD}", "5.2.2"),
    Shape("german provider waits", "postmaster@post.example", "Zustellung verzögert: Your order",
          f"Die Zustellung an folgenden Empfänger ist verzögert:\n\n{ANN}\n\n"
          "Der Server antwortet nicht. Es wird weiterhin versucht, Sie müssen"
          " nichts tun.\n", "4.4.1", delayed=True),
    Shape("french provider", "postmaster@poste.example", "Échec de la remise : Your order",
          f"Votre message n'a pas pu être remis à :\n\n  {ANN}\n\nDestinataire inconnu.\n\n--- Copie de votre message ---\n"
          f"\n{HEAD}", "5.1.1"),
    Shape("french provider waits", "postmaster@poste.example", "Remise retardée : Your order",
          f"Votre message n'a pas encore été remis à :\n\n  {ANN}\n\n"
          "Le serveur ne répond pas. De nouvelles tentatives seront effectuées.\n",
          "4.4.1", delayed=True),
    Shape("norwegian provider", "Postsystemet <postmaster@post.example>", "Meldingen ble ikke levert: Your order",
          f"Meldingen din kunne ikke leveres til:\n\n{ANN}\n\nMottakeren finnes ikke hos oss.\n\n"
          f"--- Opprinnelig melding ---\n\n{HEAD}", "5.1.1"),
    Shape("norwegian provider waits", "postmaster@post.example", "Forsinket levering: Your order",
          f"Meldingen er ikke levert ennå til:\n\n{ANN}\n\n"
          "Serveren svarer ikke. Vi prøver igjen i to døgn, du trenger ikke sende på nytt.\n",
          "4.4.1", delayed=True),
    Shape("nynorsk provider", "postmaster@post.example", "Meldinga vart ikkje levert",
          f"Meldinga kunne ikkje leverast til:\n\n{ANN}\n\nUkjend mottakar.\n\n--- Opphavleg melding ---\n\n{HEAD}", "5.1.1"),
    Shape("slovenian provider", "Poštni strežnik <postmaster@posta.example>", "Sporočila ni bilo mogoče dostaviti",
          f"Vašega sporočila ni bilo mogoče dostaviti na naslov:\n\n{ANN}\n\nNabiralnik je poln.\n\n"
          f"--- Izvirno sporočilo ---\n\n{HEAD}", "5.2.2"),
    Shape("slovenian provider waits", "postmaster@posta.example", "Zakasnela dostava",
          f"Sporočilo še ni bilo dostavljeno na naslov:\n\n{ANN}\n\n"
          "Strežnik ne odgovarja. Poskušamo znova, ni treba ponovno pošiljati.\n",
          "4.4.1", delayed=True),
    Shape("spanish exchange", "Microsoft Outlook <postmaster@mx.example>", "No se puede entregar: Your order",
          f"No se pudo entregar a estos destinatarios:\n\n{ANN}\n\nEl buzón está lleno.\n\nInformación de diagnóstico:\n\n"
          f"{ANN}\n#552 5.2.2 #\n", "5.2.2"),
    Shape("swedish exchange", "Microsoft Outlook <postmaster@mx.example>", "Olevererbart: Your order",
          f"Det gick inte att leverera till:\n\n{ANN}\n\nAdressen finns inte.\n\n"
          "Remote Server returned '550 5.1.10 RecipientNotFound'\n", "5.1.10"),
    Shape("dutch exchange", "Microsoft Outlook <postmaster@mx.example>", "Onbestelbaar: Your order",
          f"Uw bericht kan niet worden bezorgd bij:\n\n{ANN}\n\nDe ontvanger bestaat niet.\n", "5.1.1"),
    Shape("italian provider", "postmaster@posta.example", "Mancato recapito",
          f"Impossibile recapitare il messaggio a:\n\n{ANN}\n\nUtente sconosciuto.\n", "5.1.1"),
    Shape("portuguese provider", "postmaster@correio.example", "Mensagem não entregue",
          f"A mensagem não foi entregue a:\n\n{ANN}\n\nCaixa de correio cheia.\n", "5.2.2"),
    Shape("polish provider", "postmaster@poczta.example", "Niedostarczona wiadomość",
          f"Wiadomość nie została dostarczona do:\n\n{ANN}\n\nNieznany odbiorca.\n", "5.1.1"),
    Shape("too large", DAEMON, "Undelivered Mail Returned to Sender", f"<{ANN}>: message size exceeds what we take\n", "5.2.3"),
    Shape("refused by policy", DAEMON, "Undelivered Mail Returned to Sender", f"<{ANN}>: rejected due to policy\n", "5.7.1"),
    Shape("no such host", DAEMON, "Undelivered Mail Returned to Sender", f"<{ANN}>: Host or domain name not found\n", "5.1.2"),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_mail_system_is_understood(shape: Shape) -> None:
    text = shape.text if HEAD in shape.text else shape.text + BELOW
    bounce = told(mail(text, sender=shape.sender, subject=shape.subject))
    assert (bounce.failed, bounce.delayed) == (((), (ANN,)) if shape.delayed else ((ANN,), ()))
    assert dict(bounce.status).get(ANN, "") == shape.status
    assert bounce.original_message_id == LETTER


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_mail_that_comes_back_as_a_part_is_the_same_mail(shape: Shape) -> None:
    text = shape.text.partition(HEAD)[0]
    raw = (
        f"Return-Path: <>\nFrom: {shape.sender}\nTo: support@desk.example\nSubject: {shape.subject}\n"
        "Content-Type: multipart/mixed; boundary=b\n\n"
        f"--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n--b\n"
        f"Content-Type: message/rfc822\n\n{HEAD}\n"
        "Hello\n--b--\n"
    ).encode()
    bounce = told(raw)
    assert (bounce.failed, bounce.delayed) == (((), (ANN,)) if shape.delayed else ((ANN,), ()))
    assert bounce.original_message_id == LETTER


# --- fields -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"])
def test_the_letter_is_known_whatever_comes_back_of_it(kind: str) -> None:
    bounce = told(dsn(group(ANN, "failed", "5.1.1"), returned=kind))
    assert (bounce.failed, bounce.original_message_id) == ((ANN,), LETTER)


def test_the_letter_is_known_when_the_report_only_answers_it() -> None:
    raw = dsn(group(ANN, "failed", "5.1.1"), more=f"In-Reply-To: {LETTER}\n").replace(
        f"Message-ID: {LETTER}\n".encode(), b""
    )
    assert told(raw).original_message_id == LETTER


def test_the_letter_is_known_when_it_was_pasted_with_marks() -> None:
    text = f"<{ANN}>: 550 user unknown\n\n> Message-Id: {LETTER}\n> To: {ANN}\n"
    assert told(mail(text, sender=DAEMON, subject="failure notice")).original_message_id == LETTER


def test_a_forwarded_address_is_told_by_the_one_we_wrote_to() -> None:
    bounce = told(dsn(group("u17@elsewhere.example", "failed", "5.2.2", original=ANN)))
    assert bounce.failed == (ANN,)
    assert dict(bounce.status) == {ANN: "5.2.2"}


def test_several_recipients_have_several_fates() -> None:
    cat = "cat@client.example"
    bounce = told(
        dsn(
            "\n".join([group(ANN, "failed", "5.1.1"), group(BOB, "delayed", "4.4.1"), group(cat, "delivered", "2.0.0")])
        )
    )
    assert (bounce.failed, bounce.delayed) == ((ANN,), (BOB,))
    assert dict(bounce.status) == {ANN: "5.1.1", BOB: "4.4.1", cat: "2.0.0"}


def test_several_recipients_in_prose_have_several_reasons() -> None:
    text = f"A permanent error.\n\n<{ANN}>:\n550 user unknown\n\n<{BOB}>:\n552 mailbox is full\n"
    bounce = told(mail(text, sender=DAEMON, subject="failure notice"))
    assert set(bounce.failed) == {ANN, BOB}
    assert dict(bounce.status) == {ANN: "5.1.1", BOB: "5.2.2"}


@pytest.mark.parametrize(
    ("status", "said", "code"),
    [
        ("5.1.1", "smtp; 550 5.7.1 no", "5.1.1"),  # what the reporter says of it is stronger than what it was told
        ("5.0.0", "smtp; 550 5.1.1 no", "5.1.1"),  # only a class: the diagnostic says more
        ("4.0.0", "smtp; 550 5.1.1 no", "4.0.0"),  # but not of another class
        ("", "smtp; 550-5.7.26 unauthenticated", "5.7.26"),
        ("", "smtp; 550 mailbox full", "5.2.2"),
        ("", "smtp; 452 mailbox full", "4.0.0"),  # the reply's class is stronger than the words
        ("", "X-Here; Connection timed out", "4.4.1"),
    ],
)  # fmt: skip
def test_the_strongest_evidence_gives_the_status(status: str, said: str, code: str) -> None:
    assert dict(told(dsn(group(ANN, "failed", status, said))).status) == {ANN: code}


def test_the_text_gives_the_reason_where_the_fields_give_none() -> None:
    bounce = told(dsn(group(ANN, "failed", ""), f"{ANN}\nthe mailbox is full\n"))
    assert dict(bounce.status) == {ANN: "5.2.2"}


def test_numbers_that_are_no_codes_give_no_status() -> None:
    text = f"<{ANN}>: sorry (Exim 4.92.3, 192.0.2.5.1.1, limit 550 kB)\n"
    assert told(mail(text, sender=DAEMON, subject="failure notice")).status == ()


def test_who_gave_up_after_a_temporary_reason_has_failed_with_a_temporary_status() -> None:
    bounce = told(dsn(group(ANN, "failed", "4.4.7")))
    assert (bounce.failed, bounce.delayed, dict(bounce.status)) == ((ANN,), (), {ANN: "4.4.7"})


def test_a_delay_with_a_permanent_word_is_a_delay() -> None:
    assert told(dsn(group(ANN, "delayed", "4.0.0", "smtp; 450 user unknown"))).delayed == (ANN,)


def test_a_success_is_a_receipt() -> None:
    for action in ("delivered", "relayed", "expanded"):
        message = read(dsn(group(ANN, action, "2.0.0"), subject="Successful Mail Delivery Report"))
        assert message.kind is Kind.RECEIPT
        assert message.bounce is None


def test_the_subject_that_came_back_decides_nothing() -> None:
    text = f"<{ANN}>: 550 user unknown\n"
    assert told(mail(text, sender=POSTMASTER, subject="Undeliverable: my delayed order")).failed == (ANN,)
    assert told(mail(text, sender=POSTMASTER, subject="Delayed: failed payment")).delayed == (ANN,)


# --- people ---------------------------------------------------------------------------------------------------------------

PASTED = f"This is mx.example. Delivery failed.\n\n<{BOB}>: host in.client.example said: 550 5.1.1 user unknown\n"
QUOTED = "".join(f"> {line}\n" for line in PASTED.split("\n"))
PERSON = f"From: Ann <{ANN}>\nTo: support@desk.example\nMessage-ID: <a@client.example>\n"


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("Subject: Mail delivery failed\n", f"Hello,\nI sent a mail to {BOB} and got this:\n\n{PASTED}"),
        ("Subject: Undeliverable?\n", f"{BOB}: does not exist, it says. Why?\n"),
        ("Subject: Fwd: Undelivered Mail Returned to Sender\n", PASTED),
        ("Subject: VS: Meldingen ble ikke levert\n", PASTED),
        ("Subject: WG: Unzustellbar: Bestellung\n", PASTED),
        ("Subject: Mail delivery failed\n", f"---------- Forwarded message ---------\nFrom: MAILER-DAEMON@mx.example\n\n{PASTED}"),
        ("Subject: Mail delivery failed\n", QUOTED),
        ("Subject: Re: Undeliverable: x\nIn-Reply-To: <a@b>\n", f"Please see.\n\n{QUOTED}"),
        ("Subject: Sporočila ni bilo mogoče dostaviti\n", f"Dober dan,\ndobil sem to obvestilo, prosim za pomoč.\n\n{PASTED}"),
        ("Subject: E-posten ble ikke levert\n", f"Hei!\nJeg fikk denne i retur:\n\n{PASTED}"),
        ("Subject: Delivery report: how we ship in March\nList-Unsubscribe: <mailto:x@y.example>\n",
         "Parcels that could not be delivered wait at the shop.\n\nhelp@shop.example\n"),
        ("Subject: News on mail delivery\n", "We deliver faster. Ask help@shop.example about lost parcels that were not delivered.\n"),
        ("Subject: Hello\n", PASTED),
    ],
)  # fmt: skip
def test_a_person_who_speaks_of_a_bounce_is_a_person(head: str, text: str) -> None:
    message = read(f"{PERSON}{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode())
    assert message.kind is not Kind.BOUNCE
    assert message.bounce is None


def test_a_bounce_sent_on_as_a_file_is_a_persons_mail() -> None:
    raw = (
        f"{PERSON}Subject: Fwd: Undelivered\nContent-Type: multipart/mixed; boundary=outer\n\n--outer\n\nSee the file.\n--outer\n"
        f"Content-Type: message/rfc822\n\n{dsn(group(BOB, 'failed', '5.1.1')).decode()}\n--outer--\n"
    )
    assert read(raw.encode()).kind is Kind.PERSON


def test_a_bounce_sent_on_with_its_parts_is_a_persons_mail() -> None:
    raw = (
        f"{PERSON}Subject: Fwd: Undelivered\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nWhat is this?\n--b\n"
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{group(BOB, 'failed', '5.1.1')}\n--b--\n"
    )
    assert read(raw.encode()).kind is Kind.PERSON


@pytest.mark.parametrize(
    "sender", ["Ann <ann@stockexchange.example>", "Ann <ann@bounce.example>", "Ann Bounce <ann@mailsystem.example>"]
)
def test_a_name_that_sounds_like_a_mail_system_is_a_name(sender: str) -> None:
    raw = f"From: {sender}\nTo: support@desk.example\nSubject: Order 17\n\nUser {BOB} does not exist in your shop.\n"
    assert read(raw.encode()).kind is Kind.PERSON


@pytest.mark.parametrize("subject", ["Automatic reply: Your order", "Fraværsmelding", "Odsotnost"])
def test_an_absence_note_that_names_a_dead_address_is_no_bounce(subject: str) -> None:
    raw = f"Return-Path: <>\nFrom: Ann <{ANN}>\nTo: support@desk.example\nSubject: {subject}\n\nMy old box was rejected. Use\n{BOB}\n"
    assert read(raw.encode()).kind is Kind.AUTOMATIC


def test_a_promise_counts_more_than_a_detector_of_products() -> None:
    """flufl.bounce knows this shape as a failure, whatever its text says."""
    text = f"Hi. This is the qmail-send program at mx.example.\nStill trying, this is a warning.\n\n<{ANN}>:\nConnection timed out\n\n"
    bounce = told(mail(text, sender="MAILER-DAEMON@mx.example", subject="failure notice"))
    assert (bounce.failed, bounce.delayed) == ((), (ANN,))


def test_a_postmaster_is_a_person_when_he_speaks_of_other_things() -> None:
    raw = (
        f"From: postmaster@client.example\nTo: support@desk.example\nSubject: Invoice\n\nPlease send it to {BOB} too.\n"
    )
    assert read(raw.encode()).bounce is None


def test_a_report_from_anybody_is_a_report_when_it_is_nothing_else() -> None:
    raw = mail(PASTED, sender="gateway@client.example", subject="Delivery failure", more="")
    assert told(raw).failed == (BOB,)
