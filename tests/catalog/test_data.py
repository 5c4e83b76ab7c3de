"""The catalog's data files are what the published action lists make of them, and hold together by themselves."""

import csv

import pytest

from tests.catalog import derive

NAMES = ["im.csv", "sms.csv", "cam.csv"]


def rows(name):
    return list(csv.DictReader((derive.DATA / name).read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("name", NAMES)
def test_the_data_files_are_derived_from_the_published_lists(shared, name):
    assert (derive.DATA / name).read_text(encoding="utf-8") == derive.derived(shared / "reference")[name]


def test_every_data_file_is_derived():
    assert sorted(path.name for path in derive.DATA.glob("*.csv")) == sorted(NAMES)


def test_no_action_is_listed_twice():
    names = [f"{row['service']}:{row['action']}".lower() for name in NAMES for row in rows(name)]
    assert len(set(names)) == len(names)


def test_every_successor_is_an_action_that_is_listed_and_current():
    listed = {f"{row['service']}:{row['action']}": row["status"] for name in NAMES for row in rows(name)}
    successors = {row["successor"] for name in NAMES for row in rows(name) if row["successor"]}
    assert {successor: listed.get(successor) for successor in successors} == dict.fromkeys(successors, "current")


def test_every_status_and_level_is_one_of_those_that_the_loader_knows():
    every = [row for name in NAMES for row in rows(name)]
    assert {row["status"] for row in every} == {"current", "example-only", "legacy", "withdrawn"}
    assert {row["resource_level"] for row in every} == {"y", "n"}
    assert not [row for row in every if row["resource_level"] == "n" and row["resource_type"]]
