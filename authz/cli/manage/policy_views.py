"""How one policy is shown: its fields, a plain sentence for each statement, its document, and what holds it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from authz.cli.change_lines import time_text
from authz.cli.manage.tables import fields, table
from authz.control.results import Entity, PolicyDetail, PolicyType, RelatedType
from authz.language.describe import describe
from authz.language.parse import parse_policy
from authz.printable import printable

_KINDS = {RelatedType.USER: "user", RelatedType.GROUP: "group", RelatedType.ROLE: "role"}


def policy_value(detail: PolicyDetail, text: str, entities: Sequence[Entity]) -> dict[str, Any]:
    """A policy as JSON values; `text` is the document of the version that is shown."""
    attached = [{"kind": _KINDS[each.related_type], "id": each.id, "name": each.name} for each in entities]
    return asdict(detail) | {"policy_document": text, "sentences": list(sentences(text)), "attached_to": attached}


def policy_lines(detail: PolicyDetail, text: str, entities: Sequence[Entity]) -> Iterator[str]:
    """A policy as lines."""
    is_preset = detail.policy_type is PolicyType.PRESET
    yield from fields(
        (
            ("id", detail.policy_id),
            ("name", detail.policy_name),
            ("type", "preset" if is_preset else "custom"),
            ("description", detail.description),
            ("remark", detail.preset_alias),
            ("updated (UTC)", time_text(detail.update_time)),
            ("tags", ", ".join(f"{tag.key}={tag.value}" for tag in detail.tags)),
        )
    )
    yield ""
    yield from (f"{at}. {printable(sentence)}" for at, sentence in enumerate(sentences(text), 1))
    yield ""
    yield from document_lines(text)
    if entities:
        yield ""
        yield from table(("attached to", "id", "name"), ((_KINDS[e.related_type], e.id, e.name) for e in entities))


def document_lines(text: str) -> Iterator[str]:
    """A document as indented lines."""
    yield from map(printable, json.dumps(json.loads(text), ensure_ascii=False, indent=2).split("\n"))


def sentences(text: str) -> Iterator[str]:
    """A plain sentence for each statement of a document."""
    for statement in parse_policy(text).statements:
        sentence = describe(statement)
        yield sentence[:1].upper() + sentence[1:]
