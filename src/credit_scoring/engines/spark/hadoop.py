"""What Spark has to be told to reach blob containers, as Hadoop's settings.

Of a secret Spark is told the variable's name, `${env.NAME}`, which Hadoop reads when it connects: no secret stands in a
setting of Spark, in its event log or in a task.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from credit_scoring.errors.stores import WASB_NEEDS_KEY
from credit_scoring.settings import StorageSettings
from credit_scoring.storage.roots import EMULATOR_ACCOUNT, BlobPlace, Variable, blob_place, value_of

_OAUTH = "org.apache.hadoop.fs.azurebfs.oauth2"


def hadoop_settings(roots: Iterable[str], storage: StorageSettings) -> dict[str, str]:
    """What Spark has to be told to reach the roots, as settings of its session; nothing where none is a blob root.

    UsageError where a variable is missing, or where the URI's protocol does not know the credential.
    """
    places = [place for root in roots if (place := blob_place(root)) is not None]
    settings = _bounds(storage) if places else {}
    for place in places:
        settings |= _access(place, storage)
    return settings


def _bounds(storage: StorageSettings) -> dict[str, str]:
    """Retries and waits of wasb and abfs, and of wasb's renames; Hadoop's own are 30 retries of up to 5 minutes."""
    first, longest = (
        str(int(seconds * 1000)) for seconds in (storage.first_wait_seconds, storage.longest_wait_seconds)
    )
    settings = {"fs.azure.storage.timeout": str(storage.timeout_seconds)}
    for retry in ("fs.azure.io.retry", "fs.azure.io.copyblob.retry"):
        settings |= {
            f"{retry}.max.retries": str(storage.retries),
            f"{retry}.min.backoff.interval": first,
            f"{retry}.backoff.interval": first,
            f"{retry}.max.backoff.interval": longest,
        }
    return settings


def _access(place: BlobPlace, storage: StorageSettings) -> dict[str, str]:
    host = place.host
    if place.emulated:
        return {"fs.azure.storage.emulator.account.name": EMULATOR_ACCOUNT}
    if storage.credential == "account_key":
        return {f"fs.azure.account.key.{host}": _named(Variable.ACCOUNT_KEY)}
    if place.scheme.startswith("wasb"):
        abfss = f"abfss://{place.container}@{place.account}.dfs.core.windows.net/{place.path}"
        raise WASB_NEEDS_KEY(host=host, credential=storage.credential, abfss=abfss)
    settings = {f"fs.azure.account.auth.type.{host}": "OAuth"}
    if storage.credential == "service_principal":
        return settings | {
            f"fs.azure.account.oauth.provider.type.{host}": f"{_OAUTH}.ClientCredsTokenProvider",
            f"fs.azure.account.oauth2.client.endpoint.{host}": (
                f"https://login.microsoftonline.com/{_named(Variable.TENANT_ID)}/oauth2/token"
            ),
            f"fs.azure.account.oauth2.client.id.{host}": _named(Variable.CLIENT_ID),
            f"fs.azure.account.oauth2.client.secret.{host}": _named(Variable.CLIENT_SECRET),
        }
    settings[f"fs.azure.account.oauth.provider.type.{host}"] = f"{_OAUTH}.MsiTokenProvider"
    if os.environ.get(Variable.CLIENT_ID):  # one of several identities of the machine
        settings[f"fs.azure.account.oauth2.client.id.{host}"] = _named(Variable.CLIENT_ID)
    return settings


def _named(variable: Variable) -> str:
    value_of(variable)
    return f"${{env.{variable}}}"
