"""The page of each letter to a handler, in a real browser, on a phone's screen: nothing of it stands beyond the edge."""

from __future__ import annotations

import json
import re
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from letters_all import letters_of
from letters_making import LANGUAGES, mail, read, shown, to_handler

PHONE = 390
LONG = "https://kunde.example/" + "a" * 300 + "\nmånedsoversikt" * 30 + "\n\u200fשלום לכם\n" + "\t" * 40 + "x"
# Each page in a frame of the phone's width, for a browser's own window may be no narrower than 500 pixels.
FRAME = '<iframe width="{width}" height="1200" srcdoc="{page}" data-name="{name}"></iframe>'
ASK = """<pre id="found"></pre><script>addEventListener("load", () => {
  const found = {};
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, edge = page.documentElement.clientWidth;
    const boxes = [...page.body.querySelectorAll("*")].map(e => e.getBoundingClientRect());
    found[frame.dataset.name] = {
      width: page.documentElement.scrollWidth, edge, right: Math.max(...boxes.map(b => b.right)),
      buttons: [...page.querySelectorAll("a")].map(a => a.getBoundingClientRect()).map(b => [b.top, b.bottom, b.left, b.right]),
      scripts: page.scripts.length, images: page.images.length, fetched: performance.getEntriesByType("resource").length,
    };
  }
  document.getElementById("found").textContent = JSON.stringify(found);
})</script>"""


def pages() -> dict[str, str]:
    found = {f"{name}.{language}": letter for language in LANGUAGES for name, letter in letters_of(language).items()}
    found["long"] = to_handler("notice", subject="x" * 200, shown=(shown(text=LONG),))
    parts = {name: read(mail(letter)).get_body(("html",)) for name, letter in found.items()}
    return {name: str(part.get_content()) for name, part in parts.items() if part is not None}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("browser")
    frames = [FRAME.format(width=PHONE, page=escape(page), name=escape(name)) for name, page in pages().items()]
    file = folder / "all.html"
    file.write_text("<!DOCTYPE html><meta charset=utf-8>" + "".join(frames) + ASK, "utf-8")
    words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    words += ["--virtual-time-budget=20000", "--dump-dom", f"file://{file}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    told = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.S)
    assert told is not None, done.stderr[-2000:]
    measured: dict[str, Any] = json.loads(unescape(told[1]))
    return measured


def test_nothing_stands_beyond_the_edge_of_a_phone(seen: dict[str, Any]) -> None:
    assert len(seen) > 30
    for name, page in seen.items():
        assert page["edge"] > PHONE - 20, name
        assert page["width"] <= page["edge"], name
        assert page["right"] <= page["edge"], name


def test_every_button_is_large_enough_for_a_thumb_and_covers_no_other(seen: dict[str, Any]) -> None:
    for name, page in seen.items():
        buttons = page["buttons"]
        assert all(bottom - top >= 40 for top, bottom, _, _ in buttons), name
        apart = [
            one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
            for at, one in enumerate(buttons)
            for other in buttons[:at]
        ]
        assert all(apart), name
    assert len(seen["notice.nb"]["buttons"]) == 5


def test_a_page_runs_nothing_and_fetches_nothing(seen: dict[str, Any]) -> None:
    assert {(page["scripts"], page["images"], page["fetched"]) for page in seen.values()} == {(0, 0, 0)}
