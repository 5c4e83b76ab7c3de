"""Reads the prose of sources and documents: docstrings, comments, strings, paragraphs, and lines of manifests."""

import ast
import io
import re
import tokenize
from dataclasses import dataclass

_CODE = re.compile(r"`[^`]{1,200}`")
_WORD = re.compile(r"\S+")
_FENCE = re.compile(r"\s*(```|~~~)")
_COMMENT_LINE = re.compile(r"\s*(#|//)")
_COMMANDS = re.compile(r"#\s*(noqa|type:|fmt:|pragma:)")


@dataclass(frozen=True)
class Passage:
    """A docstring, a comment, a string literal or a paragraph; `line` is that of its first character."""

    line: int
    text: str

    @property
    def prose(self):
        """The words with one blank between any two, and dots in the place of code spans."""
        without_code = _CODE.sub(lambda span: re.sub(r"\S", ".", span[0]), self.text)
        return " ".join(without_code.split())

    def line_at(self, offset):
        """The line of the file that holds the word of `prose` at `offset`."""
        starts = [word.start() for word in _WORD.finditer(self.text)]
        return self.line + self.text.count("\n", 0, starts[self.prose.count(" ", 0, offset)])


def passages(path):
    """Every passage of a Python, Markdown or other text file."""
    read = {".py": python_passages, ".md": markdown_passages}.get(path.suffix, line_passages)
    return read(path.read_text())


def python_passages(source):
    """The string literals and comments of a module, docstrings among the former."""
    reader = _Strings()
    reader.visit(ast.parse(source))
    return [*reader.found, *_comments(source)]


def markdown_passages(text):
    """The paragraphs, list items and headings of a page; fenced code is left out."""
    found, block, is_code = [], [], False
    for number, line in enumerate([*text.splitlines(), ""], 1):
        is_fence = bool(_FENCE.match(line))
        is_code = is_code != is_fence
        if line.strip() and not is_code and not is_fence:
            block.append(line)
        elif block:
            found.append(Passage(number - len(block), "\n".join(block)))
            block = []
    return found


def line_passages(text):
    """The lines of a manifest or a contract; a run of comment lines is one passage."""
    found, was_comment = [], False
    for number, line in enumerate(text.splitlines(), 1):
        is_comment = bool(_COMMENT_LINE.match(line))
        if is_comment and was_comment:
            found[-1] = Passage(found[-1].line, f"{found[-1].text}\n{_COMMENT_LINE.sub('', line)}")
        elif line.strip():
            found.append(Passage(number, _COMMENT_LINE.sub("", line)))
        was_comment = is_comment
    return found


def _comments(source):
    """Each run of comment lines is one passage, since sentences go on from line to line."""
    found, before = [], 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not _COMMANDS.match(token.string):
            line, text = token.start[0], token.string.removeprefix("#")
            is_alone = token.line.strip().startswith("#")
            if is_alone and found and before == line - 1:
                found[-1] = Passage(found[-1].line, f"{found[-1].text}\n{text}")
            else:
                found.append(Passage(line, text))
            before = line if is_alone else 0
    return found


class _Strings(ast.NodeVisitor):
    """Collects string literals of several words; in an f-string, `{}` takes the place of each expression."""

    def __init__(self):
        self.found = []

    def visit_Constant(self, node):
        if isinstance(node.value, str) and len(node.value.split()) > 1:
            self.found.append(Passage(node.lineno, node.value))

    def visit_JoinedStr(self, node):
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        self.found.append(Passage(node.lineno, "".join(parts)))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)
