"""The actions of the security token service: assuming a role."""

from authz.control.results import SessionCredentials
from authz.doors.api3.actions.action import Action
from authz.doors.api3.envelope import Fields, utc_time
from authz.doors.api3.fields import integer, optional, required, text


def _credentials(credentials: SessionCredentials) -> Fields:
    return {
        "Credentials": {
            "Token": credentials.token,
            "TmpSecretId": credentials.tmp_secret_id,
            "TmpSecretKey": credentials.tmp_secret_key,
        },
        "ExpiredTime": int(credentials.expired_time),
        "Expiration": utc_time(credentials.expired_time),
    }


ACTIONS = (
    Action(
        "AssumeRole",
        (
            required("RoleArn", text),
            required("RoleSessionName", text),
            optional("DurationSeconds", integer),
            optional("Policy", text),
            optional("ExternalId", text),
        ),
        lambda plane: plane.sts.assume_role,
        _credentials,
    ),
)
