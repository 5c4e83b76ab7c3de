from authz.cli.bench.table import show


def test_a_table_is_aligned(capsys):
    show([{"name": "a", "n": 1.5}, {"name": "long", "n": 12345}], None)
    assert capsys.readouterr().out == "name       n\n   a     1.5\nlong  12,345\n"
