import json

import pytest

from authz.errors import InvalidPolicyError
from authz.language.document import PolicyKind
from authz.language.parse import parse_policy
from authz.language.principal import TrustedPrincipals
from authz.language.resource import ANY_PATTERN

ROOT = "qcs::cam::uin/12345678:root"


def assume(**more):
    return {"effect": "allow", "action": "sts:AssumeRole", **more}


def trust(*statements, **members):
    return parse_policy(json.dumps({"version": "2.0", "statement": statements, **members}), PolicyKind.TRUST)


def principals(*statements, **members):
    return [statement.principals for statement in trust(*statements, **members).statements]


def refused(*statements, **members):
    with pytest.raises(InvalidPolicyError) as caught:
        trust(*statements, **members)
    return [(problem.code.removeprefix("InvalidParameter."), problem.path) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("principal", "meaning"),
    [
        # cam-language 1.4: forms of role trust policies
        ("*", TrustedPrincipals(qcs=("*",))),
        ({"qcs": [ROOT]}, TrustedPrincipals(qcs=(ROOT,))),
        ({"qcs": ROOT}, TrustedPrincipals(qcs=(ROOT,))),
        ({"qcs": ["*"]}, TrustedPrincipals(qcs=("*",))),
        ({"service": "cls.cloud.tencent.com"}, TrustedPrincipals(service=("cls.cloud.tencent.com",))),
        ({"service": ["a.qcloud.com", "b.qcloud.com"]}, TrustedPrincipals(service=("a.qcloud.com", "b.qcloud.com"))),
        (
            {"federated": ["qcs::cam::uin/12345678:saml-provider/N"], "qcs": [ROOT]},
            TrustedPrincipals(qcs=(ROOT,), federated=("qcs::cam::uin/12345678:saml-provider/N",)),
        ),
    ],
)
def test_a_trust_policy_names_who_may_assume_the_role(principal, meaning):
    assert principals(assume(principal=principal)) == [meaning]


def test_a_principal_beside_the_statements_applies_to_all_that_name_none():
    # cam-language 1.1: policy-level principal: statement-level wins, else policy-level applies to all
    own = {"service": "cls.cloud.tencent.com"}
    assert principals(assume(), assume(principal=own), principal={"qcs": [ROOT]}) == [
        TrustedPrincipals(qcs=(ROOT,)),
        TrustedPrincipals(service=("cls.cloud.tencent.com",)),
    ]


def test_a_trust_policy_needs_a_principal():
    # cam-language 1.4: required
    assert refused(assume()) == [("PrincipalError", "$.statement[0]")]


def test_a_trust_policy_names_no_resource_for_that_is_the_role():
    # cam-language 1.4: trust policies have no resource element
    assert refused(assume(principal="*", resource="*")) == [("ResourceError", "$.statement[0].resource")]
    assert trust(assume(principal="*")).statements[0].resources == (ANY_PATTERN,)


@pytest.mark.parametrize("principal", [None, "", "root", [], {}, {"user": ["x"]}, {"qcs": [ROOT], "Service": "x"}])
def test_a_principal_of_another_shape_is_refused(principal):
    assert refused(assume(principal=principal)) == [("PrincipalError", "$.statement[0].principal")]


@pytest.mark.parametrize(("value", "code"), [(["root"], "PrincipalQcsError"), ([7], "PrincipalError")])
def test_every_bad_principal_of_a_list_is_reported_at_its_place(value, code):
    found = refused(assume(principal={"qcs": [ROOT, *value]}))
    assert found == [(code, "$.statement[0].principal.qcs[1]")]
