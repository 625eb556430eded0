#!/usr/bin/env python3
"""The bill of materials of this Python's environment: CycloneDX 1.6 as JSON, with the licence of every package.

.venv/bin/python tools/bill_of_materials.py                of all that is installed (in an image: all that ships)
.venv/bin/python tools/bill_of_materials.py --lock FILE    of what a lock names (requirements.lock: all that ships)
.venv/bin/python tools/bill_of_materials.py --licences ... the same as a table: package, version, licence

Only the standard library is imported, and what the packages say of themselves is read; nothing is asked of a network.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

OURS = "credit-scoring"


def canonical(name: str) -> str:
    """A package's name as PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: Path) -> set[str]:
    """The names in a lock."""
    return {canonical(each) for each in re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock.read_text("utf-8"), re.M)}


def licence(package: Distribution) -> str:
    """What a package says of its licence: its expression, else its classifiers, its field or its text."""
    told = package.metadata
    if expression := told.get("License-Expression"):
        return expression
    classes = [each.rsplit(" :: ", 1)[-1] for each in told.get_all("Classifier") or [] if each.startswith("License ::")]
    if named := sorted(set(classes) - {"OSI Approved"}):
        return " OR ".join(named)
    if lines := (told.get("License") or "").strip().splitlines():
        return lines[0].strip()
    text = " ".join(_licence_text(package).split())
    return next((name for sentence, name in _SENTENCES.items() if sentence in text), "")


_SENTENCES = {
    "Permission is hereby granted, free of charge": "MIT",
    "Apache License Version 2.0": "Apache-2.0",
    "Redistribution and use in source and binary forms": "BSD",
}
"""A sentence of a licence -> its name."""


def _licence_text(package: Distribution) -> str:
    files = [each for each in package.files or () if re.match(r"(licen[cs]e|copying)", each.name, re.I)]
    return "".join(each.read_text("utf-8") for each in files)


def shipped(lock: Path | None) -> Iterator[Distribution]:
    """The installed packages, by name, each once; with a lock those that it names, and ourselves."""
    found: dict[str, Distribution] = {}
    for package in distributions():
        found.setdefault(canonical(package.metadata["Name"]), package)
    names = found.keys() if lock is None else (locked(lock) | {OURS}) & found.keys()
    return (found[name] for name in sorted(names))


def component(package: Distribution) -> dict[str, object]:
    """A package as CycloneDX describes it."""
    name, version = canonical(package.metadata["Name"]), package.version
    purl = f"pkg:pypi/{name}@{version}"
    told = licence(package)
    choice = {"expression": told} if package.metadata.get("License-Expression") else {"license": {"name": told}}
    return {
        "type": "application" if name == OURS else "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "licenses": [choice] if told else [],
    }


def bill(packages: list[Distribution]) -> dict[str, object]:
    """The document; the same packages make the same one."""
    parts = [component(package) for package in packages]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, digest).urn,
        "version": 1,
        "metadata": {"component": {"type": "application", "name": OURS}},
        "components": parts,
    }


def main() -> None:
    """Prints what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lock", type=Path)
    parser.add_argument("--licences", action="store_true")
    told = parser.parse_args()
    packages = list(shipped(told.lock))
    if told.licences:
        for each in packages:
            print(f"{canonical(each.metadata['Name'])}\t{each.version}\t{licence(each)}")
    else:
        print(json.dumps(bill(packages), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
