"""What the local stack keeps is the user's alone."""

from __future__ import annotations

from pathlib import Path

from local.paths import make_private


def test_a_folder_that_others_could_read_is_theirs_no_more(tmp_path: Path) -> None:
    existing = tmp_path / ".local"
    existing.mkdir(mode=0o755)
    for folder in (existing, tmp_path / "new" / ".local"):
        make_private(folder)
        assert folder.stat().st_mode & 0o777 == 0o700
