"""What a root is, and how Spark and fsspec reach it: one text in the settings, both from it."""

from __future__ import annotations

import pytest

from credit_scoring.engines.spark.hadoop import hadoop_settings
from credit_scoring.errors import UsageError
from credit_scoring.settings import StorageSettings
from credit_scoring.storage.roots import blob_place

ABFSS = "abfss://scoring@lender.dfs.core.windows.net/prod/landing"
KEY = StorageSettings(credential="account_key")
CANARY = "canary-of-the-key"


@pytest.mark.parametrize(
    ("root", "url", "path"),
    [
        (ABFSS, "https://lender.blob.core.windows.net", "scoring/prod/landing"),
        ("wasbs://c@lender.blob.core.windows.net/a/", "https://lender.blob.core.windows.net", "c/a"),
        ("wasb://c@devstoreaccount1/a", "http://127.0.0.1:10000/devstoreaccount1", "c/a"),
        ("abfss://c@lender.dfs.core.windows.net", "https://lender.blob.core.windows.net", "c"),
    ],
)
def test_a_container_is_served_at_its_account(root, url, path) -> None:
    place = blob_place(root)
    assert place is not None
    assert (place.account_url(KEY.emulator), place.fsspec_path) == (url, path)


@pytest.mark.parametrize("root", ["/data/landing", "/Volumes/c/s/landing", "catalog.schema", "file:///data", "var"])
def test_other_roots_are_no_containers_and_need_no_settings(root) -> None:
    assert blob_place(root) is None
    assert hadoop_settings([root], KEY) == {}


@pytest.mark.parametrize("root", ["az://c/a", "s3://b/a", "abfss://c/a", "wasb://c@a:x@b/a"])
def test_what_spark_and_fsspec_do_not_both_reach_is_refused(root) -> None:
    with pytest.raises(UsageError, match="Write abfss://container@account"):
        blob_place(root)


def test_a_key_is_named_to_spark_and_not_told(monkeypatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", CANARY)
    settings = hadoop_settings([ABFSS, "/data"], KEY)
    assert settings["fs.azure.account.key.lender.dfs.core.windows.net"] == "${env.AZURE_STORAGE_ACCOUNT_KEY}"
    assert CANARY not in str(settings)


def test_hadoop_reads_the_key_from_the_environment(spark) -> None:
    """As it does when it connects; PATH stands for the key, because a JVM's environment is set before it starts."""
    conf = spark._jvm.org.apache.hadoop.conf.Configuration(False)
    conf.set("fs.azure.account.key.lender.blob.core.windows.net", "${env.PATH}")
    store = spark._jvm.org.apache.hadoop.fs.azure.AzureNativeFileSystemStore
    found = store.getAccountKeyFromConfiguration("lender.blob.core.windows.net", conf)
    assert found == spark._jvm.java.lang.System.getenv("PATH")


def test_a_service_principal_is_named_to_spark_and_not_told(monkeypatch) -> None:
    for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"AZURE_{name}", f"{CANARY}-{name}")
    settings = hadoop_settings([ABFSS], StorageSettings(credential="service_principal"))
    host = "lender.dfs.core.windows.net"
    assert settings[f"fs.azure.account.auth.type.{host}"] == "OAuth"
    assert settings[f"fs.azure.account.oauth2.client.secret.{host}"] == "${env.AZURE_CLIENT_SECRET}"
    assert CANARY not in str(settings)


@pytest.mark.parametrize("identity", ["", "one-of-several"])
def test_a_managed_identity_needs_no_secret(monkeypatch, identity) -> None:
    monkeypatch.setenv("AZURE_CLIENT_ID", identity)
    settings = hadoop_settings([ABFSS], StorageSettings())
    host = "lender.dfs.core.windows.net"
    assert settings[f"fs.azure.account.oauth.provider.type.{host}"].endswith(".MsiTokenProvider")
    assert (f"fs.azure.account.oauth2.client.id.{host}" in settings) == bool(identity)


def test_wasb_knows_account_keys_only(monkeypatch) -> None:
    with pytest.raises(UsageError, match=r"Write the root as abfss://c@lender\.dfs\.core\.windows\.net/a,"):
        hadoop_settings(["wasbs://c@lender.blob.core.windows.net/a"], StorageSettings())
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_KEY", raising=False)
    with pytest.raises(UsageError, match="AZURE_STORAGE_ACCOUNT_KEY is not set"):
        hadoop_settings(["wasbs://c@lender.blob.core.windows.net/a"], KEY)


def test_hadoop_gets_bounds_for_every_kind_of_retry() -> None:
    settings = hadoop_settings(
        ["wasb://c@devstoreaccount1/a"], StorageSettings(retries=2, first_wait_seconds=0.5, longest_wait_seconds=4)
    )
    assert settings["fs.azure.storage.emulator.account.name"] == "devstoreaccount1"
    for retry in ("io.retry", "io.copyblob.retry"):
        of = {key.rsplit(f"{retry}.", 1)[1]: value for key, value in settings.items() if f"{retry}." in key}
        assert of == {
            "max.retries": "2",
            "min.backoff.interval": "500",
            "backoff.interval": "500",
            "max.backoff.interval": "4000",
        }
