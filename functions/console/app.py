"""The review console, the API reference to browse, and the OpenAPI document behind it.

`console/` holds their sources; `make` builds them into `assets/` here, whose index says what there is:

    /console           the review console
    /docs              the API reference
    /openapi.json      the OpenAPI document
    /console/…  /docs/…  their scripts and styles, under names that carry their hash
"""

from pathlib import Path

from hearback.wire.pages import Pages

# Swagger UI, which shows the reference, sets styles in its markup.
pages = Pages("console", Path(__file__).parent / "assets", lenient=frozenset({"docs"}))
handler = pages.handler
