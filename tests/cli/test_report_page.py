"""The page of a report in a real browser: on a phone and on a desk, in dark and in light, on paper, and without a word from elsewhere."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from mail.test_letters_golden import LANGUAGES
from parts import month
from parts.house import House

from maild.cli import root

PHONE, DESK = 390, 1200
FRAME = '<iframe width="{width}" height="3000" srcdoc="{page}" data-name="{name}"></iframe>'
ASK = """<pre id="found"></pre><script>addEventListener("load", () => {
  const found = {};
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, edge = page.documentElement.clientWidth;
    const box = e => e.getBoundingClientRect();
    const words = [...page.querySelectorAll("svg > text")], rows = {};
    for (const e of words) (rows[e.closest("svg").getAttribute("aria-labelledby") + Math.round(box(e).top)] ??= []).push(box(e));
    const charts = [...page.querySelectorAll("svg[role]")];
    found[frame.dataset.name] = {
      width: page.documentElement.scrollWidth, edge,
      beyond: words.filter(e => box(e).right > edge || box(e).left < 0).map(e => e.textContent),
      crossing: Object.values(rows).filter(r => r.some((a, n) => r.slice(n + 1).some(b => a.left < b.right && b.left < a.right))).length,
      charts: charts.length, blank: charts.filter(e => box(e).width < 100 || box(e).height < 30).length,
      sizes: [...new Set(words.map(e => frame.contentWindow.getComputedStyle(e).fontSize))],
      ink: frame.contentWindow.getComputedStyle(page.body).color, paper: frame.contentWindow.getComputedStyle(page.body).backgroundColor,
      tables: [...page.querySelectorAll("table")].filter(e => e.checkVisibility() && box(e).height > 20).length,
      bars: [...page.querySelectorAll(".bar")].map(e => box(e).width),
      scripts: page.scripts.length, fetched: performance.getEntriesByType("resource").length,
    };
  }
  document.getElementById("found").textContent = JSON.stringify(found);
})</script>"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    house: House = month.lived(tmp_path_factory.mktemp("month"))
    words = ["report", "--month", "2026-10", "--format", "html", "--config", str(house.folder / "maild.yaml")]
    yield {language: CliRunner().invoke(root, [*words, "--language", language]).output for language in LANGUAGES}
    house.database.close()


def browse(folder: Path, *frames: str, dark: bool = False) -> dict[str, Any]:
    file = folder / "all.html"
    file.write_text("<!DOCTYPE html><meta charset=utf-8>" + "".join(frames) + ASK, "utf-8")
    words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    words += ["--virtual-time-budget=20000", f"--blink-settings=preferredColorScheme={0 if dark else 1}"]
    done = subprocess.run(
        [*words, "--dump-dom", f"file://{file}"], capture_output=True, text=True, timeout=120, check=True
    )
    told = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.S)
    assert told is not None, done.stderr[-2000:]
    measured: dict[str, Any] = json.loads(unescape(told[1]))
    return measured


def frames(pages: dict[str, str], *widths: int) -> list[str]:
    return [
        FRAME.format(width=width, page=escape(page), name=f"{name}.{width}")
        for name, page in pages.items()
        for width in widths
    ]


@pytest.fixture(scope="module")
def seen(pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return browse(tmp_path_factory.mktemp("light"), *frames(pages, PHONE, DESK))


def test_nothing_stands_beyond_the_edge_and_no_words_lie_over_each_other(seen: dict[str, Any]) -> None:
    assert len(seen) == 2 * len(LANGUAGES)
    for name, page in seen.items():
        assert (page["width"] <= page["edge"], page["beyond"], page["crossing"]) == (True, [], 0), name


def test_charts_are_drawn_with_words_as_large_as_the_page_s_own(seen: dict[str, Any]) -> None:
    for name, page in seen.items():
        assert (page["charts"] >= 9, page["blank"], page["sizes"]) == (True, 0, ["14px"]), name
        assert max(page["bars"]) > page["edge"] / 4, name


def test_a_page_runs_nothing_and_fetches_nothing(seen: dict[str, Any]) -> None:
    assert {(page["scripts"], page["fetched"]) for page in seen.values()} == {(0, 0)}


def test_at_night_it_is_light_on_dark(pages: dict[str, str], seen: dict[str, Any], tmp_path: Path) -> None:
    day = seen[f"nb.{DESK}"]
    night = browse(tmp_path, *frames({"nb": pages["nb"]}, DESK), dark=True)[f"nb.{DESK}"]
    assert light(day["ink"]) < 100 < 200 < light(day["paper"])
    assert light(night["paper"]) < 60 < 200 < light(night["ink"])


def light(colour: str) -> int:
    return max(int(part) for part in re.findall(r"\d+", colour)[:3])


def test_its_own_policy_lets_its_style_pass_and_no_other(pages: dict[str, str]) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', pages["nb"])
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"\sstyle=|<script|javascript:|https?://|\son\w+=", pages["nb"])


class Outline(HTMLParser):
    """What a screen reader goes by."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.charts: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.heads: list[str] = []
        self.tables = self.scopes = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [str(found["id"])] if "id" in found else []
        self.charts += [found] if tag == "svg" and "role" in found else []
        self.heads += [tag] if tag in ("h1", "h2") else []
        self.tables += tag == "table"
        self.scopes += tag == "th" and "scope" not in found


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_cannot_see_a_chart_has_its_title_its_words_and_a_table(pages: dict[str, str], language: str) -> None:
    page = Outline(pages[language])
    assert f'<html lang="{language}">' in pages[language]
    assert page.heads == ["h1", *["h2"] * (len(page.heads) - 1)]
    assert page.tables >= len(page.charts) >= 9
    assert page.scopes == 0
    assert len(page.ids) == len(set(page.ids))
    for one in page.charts:
        assert set(str(one["aria-labelledby"]).split()) <= set(page.ids)


def test_on_paper_every_table_stands_open_in_dark_ink(pages: dict[str, str], tmp_path: Path) -> None:
    """A browser cannot be asked about paper: its rules are made those of the screen."""
    paper = re.sub(r"<meta http-equiv[^>]*>", "", pages["nb"]).replace("@media print", "@media all")
    found = browse(tmp_path, *frames({"paper": paper, "screen": pages["nb"]}, DESK), dark=True)
    assert found[f"screen.{DESK}"]["tables"] < found[f"paper.{DESK}"]["tables"] == paper.count("<table>")
    assert light(found[f"paper.{DESK}"]["ink"]) < 100 < 200 < light(found[f"paper.{DESK}"]["paper"])
