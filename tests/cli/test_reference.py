from authz.cli.reference import reference
from tests.sidecar import EXAMPLE, ROOT, Sidecar


def test_the_page_in_the_repository_is_what_the_code_says():
    assert (ROOT / "docs" / "reference.md").read_text() == reference()


def test_the_page_names_every_metric_of_a_running_sidecar():
    page = reference()
    with Sidecar(EXAMPLE) as sidecar:
        families = {line.split()[2] for line in sidecar.get("/metrics")[1].splitlines() if line.startswith("# TYPE")}
    assert len(families) > 20
    assert [family for family in families if f"`{family}`" not in page] == []


def test_the_page_says_how_an_option_is_given_and_what_holds_without_it():
    [line] = [line for line in reference().splitlines() if line.startswith("| `--max-batch`")]
    assert line.startswith("| `--max-batch` | `AUTHZ_SERVE_MAX_BATCH` | INTEGER RANGE | `1000` |")


def test_the_page_lists_every_command_on_a_database():
    lines = reference().splitlines()
    assert (
        "| `authz users attach USER POLICY...` |  | Attach policies to a user; what is attached already stays. |"
        in lines
    )
    assert any(line.startswith("| `authz import DIR` | `--into` `--delete-missing` |") for line in lines)
    assert sum(line.startswith("| `authz ") for line in lines) > 35
