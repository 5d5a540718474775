"""A stranger's file on an admin's disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.cli.keeping import Refused, file_name, keep


def test_a_file_is_written_for_its_owner_only(tmp_path: Path) -> None:
    path = keep(b"octets", tmp_path / "out.bin", "x", force=False)
    assert path.read_bytes() == b"octets"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_gets_the_file_under_its_own_name(tmp_path: Path) -> None:
    assert keep(b"1", tmp_path, "bilde.png", force=False) == tmp_path / "bilde.png"


def test_what_is_there_is_not_overwritten_but_by_force(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("precious")
    with pytest.raises(Refused, match="there already"):
        keep(b"new", tmp_path / "a", "a", force=False)
    assert (tmp_path / "a").read_text() == "precious"
    keep(b"new", tmp_path / "a", "a", force=True)
    assert (tmp_path / "a").read_text() == "new"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_link_is_replaced_and_never_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("link", "dangling"):
        with pytest.raises(Refused):
            keep(b"new", tmp_path / name, "a", force=False)
    keep(b"new", tmp_path / "link", "a", force=True)
    assert (tmp_path / "secret").read_text() == "precious"
    assert (tmp_path / "link").read_text() == "new"
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_in_the_files_place_and_a_device_are_refused_even_by_force(tmp_path: Path) -> None:
    (tmp_path / "bilde.png").mkdir()
    with pytest.raises(Refused, match="is a folder"):
        keep(b"new", tmp_path, "bilde.png", force=True)
    with pytest.raises(Refused, match="is no file"):
        keep(b"new", Path("/dev/null"), "a", force=True)


@pytest.mark.parametrize(
    ("came", "safe"),
    [
        ("bilde av skriver.png", "bilde av skriver.png"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Users\\ann\\logg.txt", "C:_Users_ann_logg.txt"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("..", "file-3"),
        ("", "file-3"),
        ("a\x1b[2J\nb.txt", "a [2J b.txt"),
        ("regning\u202efdp.exe", "regning fdp.exe"),
    ],
)
def test_a_name_is_safe_in_any_folder(came: str, safe: str) -> None:
    assert file_name(came, 3) == safe


def test_a_long_name_fits_every_file_system_and_keeps_its_ending(tmp_path: Path) -> None:
    name = file_name("é漢" * 200 + ".pdf", 1)
    assert len(name.encode()) <= 255
    assert name.endswith(".pdf")
    keep(b"", tmp_path, name, force=False)
