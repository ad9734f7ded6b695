"""What `make run` says once the stack is ready, from the content of `.local/stack.json`."""

from __future__ import annotations

from typing import Any


def banner(told: dict[str, Any]) -> str:
    """The base URL, the keys, and lines to paste."""
    lines = ["", f"Hearback is ready at {told['base_url']}", ""]
    for name, key in told["keys"].items():
        lines.append(f"  {name:<12} {key['key']}   {key['email']}")
    lines += ["", f"  AWS endpoint {told['endpoint_url']} ({told['region']})", "", "Ctrl-C stops it; the data stays.", ""]
    return "\n".join(lines)
