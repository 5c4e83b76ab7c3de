"""The policy generator as a conversation: effect, service, actions, resources and conditions of each statement."""

from collections.abc import Sequence
from dataclasses import replace

import click

from authz.catalog.catalog import CatalogAction, load_catalog
from authz.catalog.services import OTHER_SERVICES
from authz.cli.manage.choice import Option, ask, choose, confirm, say, until_valid
from authz.control.errors import ControlError
from authz.control.generator import ChosenCondition, ChosenStatement, GeneratedPolicy, generate

_WITHDRAWN = "withdrawn"
_SERVICES = {
    "im": "Instant Messaging",
    "sms": "Short Message Service",
    "cam": "Cloud Access Management",
    "sts": "Security Token Service",
}
_EXAMPLES = {"im": "sdkappid/1400000001", "sms": "app/1400000001", "cam": "uin/100000000001"}


class Interview:
    """Asks for the statements of a policy of an account; each is checked before the next one."""

    def __init__(self, account: str, app_id: str) -> None:
        self._account = account
        self._app_id = app_id

    def policy(self) -> GeneratedPolicy:
        """The policy of all statements that were chosen."""
        chosen: list[ChosenStatement] = []
        while True:
            chosen.append(self._statement(len(chosen) + 1))
            say(f"{len(chosen)}. {self._checked(chosen[-1]).sentences[0]}")
            if not confirm("Another statement?"):
                return generate(chosen, self._account, self._app_id)

    def _statement(self, number: int) -> ChosenStatement:
        say(f"Statement {number}")
        effect = ask("Effect", type=click.Choice(["allow", "deny"]), default="allow")
        (service,) = choose("Service", _services(), is_one=True)
        actions = self._actions(service)
        statement = ChosenStatement(effect, service, actions)
        statement = until_valid(lambda: self._with_resources(statement), ControlError)
        while confirm("Add a condition?"):
            before = statement
            statement = until_valid(lambda before=before: self._with_condition(before), ControlError)  # type: ignore[misc]
        return statement

    def _actions(self, service: str) -> tuple[str, ...]:
        known = load_catalog().actions(service)
        if not known:
            return tuple(ask("Actions, separated by blanks", default="*").split())
        options = [_action(each) for each in known if each.status != _WITHDRAWN]
        found: tuple[str, ...] = ()
        while True:
            found = tuple(dict.fromkeys((*found, *choose("Actions", options, star="all"))))
            if "*" in found:
                return ("*",)
            say(f"chosen: {', '.join(found)}")
            if not confirm("More actions?"):
                return found

    def _with_resources(self, statement: ChosenStatement) -> ChosenStatement:
        example = _EXAMPLES.get(statement.service, "TYPE/NAME")
        say(f"A resource is like qcs::{statement.service}::uin/{self._account}:{example}; * means everything.")
        text = ask("Resources, separated by blanks", default="*")
        found = replace(statement, resources=tuple(text.split()))
        self._checked(found)
        return found

    def _with_condition(self, statement: ChosenStatement) -> ChosenStatement:
        operator = ask("Operator, such as string_equal or ip_equal")
        key = ask("Key, such as qcs:ip")
        values = tuple(part.strip() for part in ask("Values, separated by commas").split(","))
        conditions = (*statement.conditions, ChosenCondition(operator, key, values))
        found = replace(statement, conditions=conditions)
        self._checked(found)
        return found

    def _checked(self, statement: ChosenStatement) -> GeneratedPolicy:
        return generate([statement], self._account, self._app_id)


def _services() -> Sequence[Option]:
    known = [Option(name, about) for name, about in _SERVICES.items()]
    return [*known, *(Option(name) for name in sorted(OTHER_SERVICES))]


def _action(action: CatalogAction) -> Option:
    level = "one resource" if action.resource_level else "no particular resource"
    return Option(action.name, f"{action.access.value}, {level}: {action.description}")
