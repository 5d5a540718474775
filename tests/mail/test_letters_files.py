"""Files travel with the letter that tells of them: under their names, each once, within the limit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from letters_making import FILM, PICTURE, mail, read, shown, text_of, to_handler, write

from maild.mail import assembly, letters


def files(raw: bytes) -> list[tuple[str | None, str, bytes]]:
    return [(p.get_filename(), p.get_content_type(), p.get_payload(decode=True)) for p in read(raw).iter_attachments()]  # type: ignore[misc]


def test_a_file_travels_with_the_letter_that_tells_of_it() -> None:
    raw = mail(to_handler("notice", shown=(shown("nb", PICTURE),)))
    assert files(raw) == [("bilde av skriver.png", "image/png", b"octets of aaaa")]
    assert "Vedlagt: bilde av skriver.png (348 kB)" in text_of(raw)


def test_the_same_file_travels_once() -> None:
    raw = mail(to_handler("update", shown=(shown("nb", PICTURE), shown("nb", PICTURE, after=1))))
    assert len(files(raw)) == 1


def test_a_file_that_is_too_large_is_named_instead() -> None:
    raw = mail(to_handler("notice", shown=(shown("nb", FILM, PICTURE),)))
    assert [name for name, _, _ in files(raw)] == ["bilde av skriver.png"]
    assert "For stort til å sendes med: film.mp4 (52,0 MB)" in text_of(raw)
    assert "Vedlagt: bilde av skriver.png (348 kB)\n" in text_of(raw)


def test_a_receipt_carries_the_files_of_what_it_shows_and_a_bounce_note_none() -> None:
    assert len(files(mail(to_handler("receipt", shown=(shown("nb", PICTURE),))))) == 1
    assert files(mail(to_handler("bounce", shown=(shown("nb", PICTURE),)))) == []


def test_an_inline_image_keeps_its_content_id() -> None:
    raw = mail(to_handler("notice", shown=(shown("nb", replace(PICTURE, inline=True, content_id="<logo@x>")),)))
    part = next(iter(read(raw).iter_attachments()), None) or list(read(raw).iter_parts())[1]
    assert part["Content-ID"] == "<logo@x>"
    assert part.get_content_disposition() == "inline"


NAMES = [
    "rapport.pdf",
    "årsrapport.pdf",
    "a\r\nX-Evil: 1.txt",
    'quote".txt',
    "../../etc/passwd",
    "a" * 300,
    "\udce5.txt",
]


@pytest.mark.parametrize("name", [*NAMES, "名" * 200 + ".pdf"])
def test_any_file_name_arrives_as_one_name(name: str) -> None:
    raw = mail(to_handler("notice", shown=(shown("nb", replace(PICTURE, name=name)),)))
    ((found, _, _),) = files(raw)
    assert found == assembly.file_name(name)


def test_a_file_s_name_is_no_path_and_keeps_its_ending() -> None:
    assert assembly.file_name("../../etc/passwd") == ".._.._etc_passwd"
    assert assembly.file_name("rapport " * 60 + ".pdf").endswith("….pdf")
    assert len(assembly.file_name("x" * 400)) == 150


def test_a_file_without_a_name_travels_too() -> None:
    raw = mail(to_handler("notice", shown=(shown("nb", replace(PICTURE, name="")),)))
    assert [octets for _, _, octets in files(raw)] == [b"octets of aaaa"]


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed", "", "text/plain\r\nX-Evil: 1", "no type"])
def test_a_type_that_base64_may_not_hold_travels_as_octets(kind: str) -> None:
    raw = mail(to_handler("notice", shown=(shown("nb", replace(PICTURE, type=kind)),)))
    assert [found for _, found, _ in files(raw)] == ["application/octet-stream"]
    assert b"X-Evil: 1\r\n" not in raw


def test_a_text_file_in_utf_8_says_so_and_another_does_not() -> None:
    written = write(to_handler("notice", shown=(shown("nb", replace(PICTURE, type="text/csv")),)))
    utf8 = letters.assemble(written.head, written.text, [(written.parts[0], "blåbær".encode())])
    latin = letters.assemble(written.head, written.text, [(written.parts[0], "blåbær".encode("latin-1"))])
    assert b"text/csv; charset=utf-8\r\n" in utf8
    assert b"text/csv\r\n" in latin


def test_a_large_file_is_base64_in_lines_of_76() -> None:
    written = write(to_handler("notice", shown=(shown("nb", PICTURE),)))
    octets = bytes(range(256)) * 4000
    raw = letters.assemble(written.head, written.text, [(written.parts[0], octets)])
    assert letters.faults(raw, written) == []
    assert files(raw)[0][2] == octets


def test_a_letter_in_a_rehearsal_has_no_files_to_carry() -> None:
    said = replace(shown("nb", PICTURE), incoming=0)
    assert write(to_handler("notice", shown=(said,))).parts == ()


def test_many_small_files_stop_at_a_hundred() -> None:
    many = tuple(replace(PICTURE, sha256=f"{n:064}", size=1) for n in range(150))
    assert len(write(to_handler("notice", shown=(shown("nb", *many),))).parts) == 100
