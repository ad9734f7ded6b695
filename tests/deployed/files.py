"""What the smoke tests send."""

from __future__ import annotations


def tmx(pair: str, padding: int = 0) -> bytes:
    """One unit for this pair, and so many bytes of comment."""
    property = f'<prop type="language_pair_id">{pair}</prop>'
    unit = f'<tu>{property}<tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="fr"><seg>b</seg></tuv></tu>'
    comment = "<!-- padding -->" * (padding // 16)
    return f'<tmx version="1.4"><header srclang="en"/><body>{comment}{unit}</body></tmx>'.encode()
