"""What the lints say of a document made of statements, in short."""

from authz.language.parse import parse_policy
from authz.lint.account import lint_policy
from tests.builders import document

ALL_IM = "qcs::im:::sdkappid/*"


def findings(*statements):
    """All findings of the document of these statements, which must be one that loads."""
    text = document(*statements)
    parse_policy(text)
    return lint_policy(text)


def found(code, *statements):
    """Severity and path of every finding with this code."""
    return [
        (each.severity.value, each.path.removeprefix("$.statement"))
        for each in findings(*statements)
        if each.code == f"Lint.{code}"
    ]


def message(code, *statements):
    """The text of the one finding with this code."""
    (only,) = [each for each in findings(*statements) if each.code == f"Lint.{code}"]
    return only.message
