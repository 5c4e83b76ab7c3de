"""A client that calls every API of both backends as four users and prints the outcomes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click
import grpc
from google.rpc import error_details_pb2, status_pb2

from authz.client.channels import open_channel
from deploy.example.backends import im_backend_pb2 as im
from deploy.example.backends import im_backend_pb2_grpc, sms_backend_pb2_grpc
from deploy.example.backends import sms_backend_pb2 as sms

OFFICE, ELSEWHERE = "10.20.30.40", "203.0.113.7"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A caller: a name, the uin of a user, and the address from which the gateway receives the call."""

    name: str
    uin: str
    address: str

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """The headers that a gateway would set."""
        return (("x-cam-principal", f"qcs::cam::uin/12345678:uin/{self.uin}"), ("x-real-ip", self.address))


VISITORS = (
    Visitor("alice", "100001", OFFICE),
    Visitor("heidi", "100008", OFFICE),
    Visitor("kim", "100011", OFFICE),
    Visitor("mia", "100013", OFFICE),
    Visitor("mia, from elsewhere", "100013", ELSEWHERE),
)

CALLS = (
    ("SendSms", sms.SendSmsRequest(sms_sdk_app_id="1400000001", phone_numbers=["+8613711112222"], text="hello")),
    ("SendStatusStatistics", sms.SendStatusStatisticsRequest(sms_sdk_app_id="1400000001")),
    ("DescribeAppInfo", sms.DescribeAppInfoRequest(sms_sdk_app_id="1400000001")),
    ("ModifyFreqRule", sms.ModifyFreqRuleRequest(sms_sdk_app_id="1400000001", messages_a_day=500)),
    ("ModifyWarningThreshold", sms.ModifyWarningThresholdRequest(sms_sdk_app_id="1400000001", warning_threshold=90)),
    ("DescribeAppStatList", im.DescribeAppStatListRequest()),
    ("DescribeSdkAppInfo", im.DescribeSdkAppInfoRequest(sdk_app_id=1400000001)),
    ("ModifyAppInfo", im.ModifyAppInfoRequest(sdk_app_id=1400000001, name="chat")),
    ("RemoveUser", im.RemoveUserRequest(sdk_app_id=1400000001, room="lobby", users=["ann"])),
)


def outcome(error: grpc.RpcError) -> str:
    """The reason of a denial, from its details; for other failures the status."""
    info = error_details_pb2.ErrorInfo()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                detail.Unpack(info)
    return info.reason if error.code() is grpc.StatusCode.PERMISSION_DENIED else error.code().name


def walk(sms_target: str, im_target: str, timeout: float = 5.0) -> Iterator[list[str]]:
    """For each of VISITORS, the outcomes of CALLS."""
    with open_channel(sms_target) as first, open_channel(im_target) as second:
        stubs = (sms_backend_pb2_grpc.SmsServiceStub(first), im_backend_pb2_grpc.ImServiceStub(second))
        for visitor in VISITORS:
            answers = []
            for api, request in CALLS:
                method = getattr(stubs[0], api, None) or getattr(stubs[1], api)
                try:
                    answer = method(request, metadata=visitor.metadata(), timeout=timeout)
                    answers.append(served(answer))
                except grpc.RpcError as error:
                    answers.append(outcome(error))
            yield answers


def served(answer: object) -> str:
    """The last two digits of the applications in a list, `served` for every other answer."""
    if isinstance(answer, im.DescribeAppStatListResponse):
        return f"{answer.total}: " + (" ".join(f"…{app.sdk_app_id % 100:02}" for app in answer.apps) or "none")
    return "served"


def table(columns: Sequence[Sequence[str]]) -> str:
    """The columns side by side, each as wide as its widest cell."""
    widths = [max(map(len, column)) for column in columns]
    rows = zip(*columns, strict=True)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


@click.command("tour")
@click.option("--sms", "sms_target", default="127.0.0.1:50061", show_default=True, help="The SMS backend.")
@click.option("--im", "im_target", default="127.0.0.1:50062", show_default=True, help="The IM backend.")
def main(sms_target: str, im_target: str) -> None:
    """Call every API as four users of the example."""
    columns = [["", *(api for api, _ in CALLS)]]
    for visitor, answers in zip(VISITORS, walk(sms_target, im_target), strict=True):
        columns.append([visitor.name, *answers])
    click.echo(table(columns))


if __name__ == "__main__":
    main()
