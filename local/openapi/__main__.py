"""Write docs/openapi.json."""

from __future__ import annotations

from local.openapi.document import PATH, document, written


def main() -> None:
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(written(document()), encoding="utf-8")
    print(PATH)


if __name__ == "__main__":
    main()
