"""Reads the pages that people read: their files, fenced blocks, headings and links."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.sidecar import ROOT

PAGES = sorted([ROOT / "README.md", *ROOT.joinpath("docs").glob("*.md"), *ROOT.joinpath("deploy").glob("*.md")])

_FENCE = re.compile(
    r"^(?:<!-- (?P<mark>file|not run|command): (?P<note>.+?) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. The comment above it may say which `file` it is, or why it is not run."""

    page: str
    line: int
    language: str
    text: str
    file: str
    reason: str

    def __str__(self):
        return f"{self.page}:{self.line}"


def blocks(page):
    """All fenced blocks of a page, in order."""
    text = page.read_text()
    return [
        Block(
            page=str(page.relative_to(ROOT)),
            line=text.count("\n", 0, found.start("text")),
            language=found["language"],
            text=found["text"],
            file=found["note"] if found["mark"] == "file" else "",
            reason=found["note"] if found["mark"] == "not run" else "",
        )
        for found in _FENCE.finditer(text)
    ]


def anchors(page):
    """The names by which a link can reach a heading of the page, as GitHub makes them."""
    lines = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL).splitlines()
    titles = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def links(page):
    """The targets of all links and pictures that are written in Markdown."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def write_files(page, folder: Path):
    """Write those blocks of a page that are files, and link the example beside them."""
    for block in blocks(page):
        if block.file:
            path = folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
    folder.joinpath("deploy").symlink_to(ROOT / "deploy")
