"""The published policies and decisions of ../shared/cases, adapted to what the engine takes."""

import csv
import json
import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CASES = Path(os.environ.get("AUTHZ_SHARED", ROOT.parent / "shared")) / "cases"


def cases():
    if not CASES.exists():
        return []
    return [json.loads(line) for line in (CASES / "cases.jsonl").read_text().splitlines()]


def index():
    text = (CASES / "index.csv").read_text(encoding="utf-8") if CASES.exists() else ""
    return list(csv.DictReader(text.splitlines()))


def text_of(file):
    return (CASES / "policies" / file).read_text(encoding="utf-8")


def document_of(file):
    """A policy as JSON; comments, which documentation prints and JSON does not know, are taken out."""
    try:
        return json.loads(text_of(file))
    except json.JSONDecodeError:
        return json.loads(re.sub(r"(?m)//.*$", "", text_of(file)))


def lowered(value):
    """Bucket policies spell keys and effects with capitals (cam-language 1.1)."""
    if isinstance(value, dict):
        return {key.lower() if key.lower() in _KEYS else key: lowered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [lowered(item) for item in value]
    return value.lower() if value in ("Allow", "Deny") else value


_KEYS = {"version", "statement", "effect", "action", "resource", "condition", "principal"}
