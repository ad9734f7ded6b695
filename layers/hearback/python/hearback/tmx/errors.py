"""Why a whole file was refused."""

from __future__ import annotations

from hearback.errors import Invalid


class TmxError(Invalid):
    """The file cannot be read as TMX. `reason` completes "the file …"; `line` is from 1, 0 if unknown."""

    def __init__(self, reason: str, line: int = 0) -> None:
        where = f" (line {line})" if line else ""
        super().__init__(f"The file {reason}{where}.")
        self.reason = reason
        self.line = line

    def __reduce__(self) -> tuple[type[TmxError], tuple[str, int]]:
        return type(self), (self.reason, self.line)
