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


def test_files_that_others_could_read_are_theirs_no_more(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.touch(mode=0o644)
    existing = tmp_path / ".local"
    (existing / "s3").mkdir(parents=True)
    existing.chmod(0o755)
    kept, program = existing / "s3" / "kept", existing / "program"
    for file, mode in ((kept, 0o644), (program, 0o755)):
        file.touch()
        file.chmod(mode)
    (existing / "link").symlink_to(outside)
    make_private(existing)
    modes = [each.stat().st_mode & 0o777 for each in (existing / "s3", kept, program, outside)]
    assert modes == [0o700, 0o600, 0o700, 0o644]
