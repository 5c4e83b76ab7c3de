"""Encoded requests that were never sent before, and batches, about the accounts that `workload` makes."""

from collections.abc import Iterator

from authz.cli.bench import load_questions as questions


class Novelty:
    """Makes requests that were never sent before."""

    def __init__(self) -> None:
        self._first = 0

    def _numbers(self, count: int) -> range:
        self._first += count
        return range(self._first - count, self._first)

    def cold(self, count: int) -> Iterator[bytes]:
        """Requests each about another resource."""
        checks = [
            questions.check_of(number, 1_500_000_000 + number).SerializeToString() for number in self._numbers(count)
        ]
        return iter(checks)

    def contexts(self, count: int) -> Iterator[bytes]:
        """A thousand distinct requests, each time from another address and at another time."""
        checks = []
        for number in self._numbers(count):
            message = questions.repeated(number)
            message.context["qcs:ip"].values.append(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
            stamp = f"2026-01-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z"
            message.context["qcs:current_time"].values.append(stamp)
            checks.append(message.SerializeToString())
        return iter(checks)

    def cold_batches(self, count: int, size: int) -> Iterator[bytes]:
        """Batches of `size` new requests each."""
        items = self.cold(count * size)
        return iter([questions.batch_of([next(items) for _ in range(size)]) for _ in range(count)])


def warm_batches(count: int, size: int) -> Iterator[bytes]:
    """`count` times the same batch of `size` distinct requests."""
    batch = questions.batch_of(list(questions.warm(size)))
    return iter([batch] * count)
