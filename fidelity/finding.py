"""What an oracle has to say of the template."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One oracle's refusal of one thing."""

    subject: str
    reason: str


@dataclass
class Report:
    """What one oracle was asked, and what it refused."""

    oracle: str
    asked: int = 0
    refused: list[Finding] = field(default_factory=list)
    note: str = ""
    """What this oracle cannot judge."""

    def refuse(self, subject: str, reason: str) -> None:
        self.refused.append(Finding(subject, " ".join(reason.split())))
