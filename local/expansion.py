"""The template as CloudFormation gets it: expanded by SAM's own translator, the same code that AWS runs.

Nothing here needs AWS or a build: what `sam package` would upload is named by an address where nothing lies.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from local import cfn
from local.paths import ROOT

REGION = "eu-west-1"
"""The region in which the expansion pretends to be; no rule depends on it."""

_PACKAGED = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
"""The properties that `sam package` replaces by the address of what it uploaded, by type of resource."""


@cache
def of_file(path: Path = ROOT / "template.yaml") -> dict[str, Any]:
    """The template at `path`, expanded; the same dictionary each time, so nobody may change it."""
    return expand(cfn.load(path))


def expand(template: Mapping[str, Any], region: str = REGION) -> dict[str, Any]:
    """A SAM template in plain CloudFormation.

    Raises `samtranslator.model.exceptions.InvalidDocumentException` for what SAM refuses.
    """
    packaged = _packaged(template)
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    expanded: dict[str, Any] = translator.translate(packaged, parameter_values={})
    return expanded


def _packaged(template: Mapping[str, Any]) -> dict[str, Any]:
    packaged = copy.deepcopy(dict(template))
    for name, resource in packaged["Resources"].items():
        if place := _PACKAGED.get(resource["Type"]):
            resource["Properties"][place] = f"s3://packaged/{name}"
    return packaged
