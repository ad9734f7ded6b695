"""The API reference: one OpenAPI 3.1 document, made from the code's own routes and models.

What code cannot say is in tables: `examples.yaml`, requests that work on the demo stack, by operation, and
`fields.yaml`, what the names mean; `dataset_examples.yaml` and `dataset_fields.yaml` for the dataset API, whose
documents are made from its resources; `task_examples.yaml`, `task_fields.yaml` and `task_documents` for tasks and
their feedback. `make openapi` writes `docs/openapi.json`.
"""

import sys

from local.paths import ROOT

sys.path.insert(0, str(ROOT / "layers" / "hearback" / "python"))
