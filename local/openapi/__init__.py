"""The API reference: one OpenAPI 3.1 document, made from the code's own routes and models.

What code cannot say is in two tables: `examples.yaml`, requests that work on the demo stack, by
operation, and `fields.yaml`, what the names mean. `make openapi` writes `docs/openapi.json`.
"""

import sys

from local.paths import ROOT

sys.path.insert(0, str(ROOT / "layers" / "hearback" / "python"))
