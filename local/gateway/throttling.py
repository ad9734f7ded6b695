"""The stage's throttling: a token bucket."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Bucket:
    """Lets `rate` requests a second through, and `burst` at once; a rate of 0 closes the API."""

    rate: float
    burst: float
    _tokens: float = 0.0
    _at: float | None = None

    def takes(self, now: float) -> bool:
        """Whether a request at `now` (seconds, of any clock that only goes forward) is let through."""
        if self._at is None:
            self._tokens = self.burst if self.rate > 0 else 0.0
        else:
            self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
