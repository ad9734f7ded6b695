"""What the counters of a dataset's entries say, leaf by leaf."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hearback.dataset import items
from hearback.dataset.model import Counts, Status, Step


def of(by_leaf: Mapping[str, int]) -> Counts:
    def those(fits: Callable[[Step, Status], bool]) -> int:
        return sum(count for leaf, count in by_leaf.items() if fits(*items.LEAVES[leaf][:2]))

    return Counts(
        total=sum(by_leaf.values()),
        in_progress=those(lambda _, status: status is Status.IN_PROGRESS),
        completed=those(lambda _, status: status in (Status.COMPLETED, Status.ERRORED)),
        begun=those(is_begun),
    )


def is_begun(step: Step, status: Status) -> bool:
    """Whether somebody has worked on an entry that is there."""
    return status is Status.IN_PROGRESS or step not in (Step.START, Step.ANNOTATE)
