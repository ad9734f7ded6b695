"""The envelope as XML: elements are called as the members of the JSON.

A null is an empty element with `xsi:nil`, a list's elements are called by its name in the singular, and
a field's errors are attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lxml import etree

from hearback.tmx.writer import clean

NAMESPACE: Final = "http://www.bazaarvoice.com/xs/DataApiSubmit/5.4"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_NIL: Final = f"{{{_XSI}}}nil"
_EMPTY: Final = f'<DataApiResponse xmlns="{NAMESPACE}" xmlns:xsi="{_XSI}"/>'


def to_xml(envelope: Mapping[str, Any]) -> str:
    root = etree.fromstring(_EMPTY)
    for name, value in envelope.items():
        _add(root, name, value)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="unicode")


def _add(parent: etree._Element, name: str, value: Any) -> None:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    match value:
        case None:
            element.set(_NIL, "true")
        case bool():
            element.text = str(value).lower()
        case str():
            element.text = clean(value)
        case list():
            for member in value:
                _add(element, _singular(name), member)
        case Mapping() if name == "FieldErrors":
            for error in value.values():
                _add_field_error(element, error)
        case Mapping():
            for member, its_value in value.items():
                _add(element, member, its_value)


def _singular(name: str) -> str:
    """`Error` in `Errors`; `Field` in `FieldErrorsOrder`, which lists the names of fields."""
    return name.removesuffix("ErrorsOrder").removesuffix("s")


def _add_field_error(parent: etree._Element, error: Mapping[str, str]) -> None:
    attributes = {name.lower(): clean(value) for name, value in error.items()}
    etree.SubElement(parent, f"{{{NAMESPACE}}}FieldError", attributes)
