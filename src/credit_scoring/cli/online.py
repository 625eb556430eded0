"""Commands about the online store and its API (docs/how-to/serve.md)."""

from __future__ import annotations

import json
from typing import Any

import click

from credit_scoring.cli.group import Call, command
from credit_scoring.errors.stores import CLIENT_NOT_NAMED, KEY_NOT_NAMED


@command
@click.argument("action", type=click.Choice(["create", "upgrade", "grant", "script", "diagram"]))
def database(call: Call, action: str) -> None:
    """Create the online store's database, bring its tables to this release, give the user of the API its rights, or
    print the tables as SQL or as a diagram."""
    if action in ("script", "diagram"):
        from credit_scoring.online import database as described

        click.echo(described.script() if action == "script" else described.diagram(), nl=False)
        return
    from credit_scoring.commands import online
    from credit_scoring.printing import operations as printing

    if action == "grant":
        call.print(online.grant_api(call.settings()), printing.granted)
        return
    call.print(online.prepare(call.settings(), create=action == "create"), printing.prepared)


@command
@click.argument("action", type=click.Choice(["create", "list", "revoke", "rotate"]))
@click.argument("prefix", required=False)
@click.option("--name", help="Whom or what the key is for (create).")
@click.option("--role", type=click.Choice(["adviser", "service", "auditor", "admin"]), help="What it may do (create).")
@click.option("--per-minute", type=click.IntRange(1), help="Requests that are answered a minute (create).")
@click.option("--days", type=click.IntRange(1), help="How long it holds (create, rotate).")
@click.option(
    "--overlap-hours", type=click.IntRange(0), default=24, show_default=True,
    help="How long the key that is replaced holds on (rotate).",
)  # fmt: skip
def key(
    call: Call, action: str, prefix: str | None, name: str | None, role: Any, per_minute: int | None,
    days: int | None, overlap_hours: int,
) -> None:  # fmt: skip
    """Make, list, revoke or replace keys of the API; PREFIX is what `key list` shows of one."""
    from credit_scoring.commands import online
    from credit_scoring.printing import operations as printing

    settings = call.settings()
    if action == "list":
        call.print(online.all_keys(settings), printing.keys)
    elif action == "create":
        if not name or role is None:
            raise KEY_NOT_NAMED(action=action, what="--name and --role")
        made = online.new_key(settings, name, role, per_minute, days)
        call.print(made, lambda found: f"{found.key}\nShown this once. It holds until {found.expires_at:%Y-%m-%d}.")
    elif not prefix:
        raise KEY_NOT_NAMED(action=action, what="the prefix of a key")
    elif action == "revoke":
        online.revoke_key(settings, prefix)
        call.print({"revoked": prefix}, lambda _: f"Key {prefix} is revoked; the API refuses it within a second.")
    else:
        made = online.rotate_key(settings, prefix, overlap_hours, days)
        call.print(made, lambda found: f"{found.key}\nShown this once; {prefix} holds for {overlap_hours} hours more.")


@command
@click.argument("action", type=click.Choice(["verify", "export", "expire"]))
@click.argument("client", type=int, required=False)
def journal(call: Call, action: str, client: int | None) -> None:
    """Prove the journal of the API, export what it holds of CLIENT, or drop what is older than the settings keep."""
    from credit_scoring.commands import online
    from credit_scoring.printing import operations as printing
    from credit_scoring.printing.table import plain

    settings = call.settings()
    if action == "verify":
        call.print(online.verify_journal(settings), printing.verified)
    elif action == "expire":
        call.print(online.expire_journal(settings), printing.expired)
    elif client is None:
        raise CLIENT_NOT_NAMED()
    else:
        held = plain(online.export_journal(settings, client))
        click.echo(json.dumps(held, indent=1, ensure_ascii=False, default=str))


@command
def publish_online(call: Call) -> None:
    """Bring what is published into the online store; every score run does so itself where there is one."""
    from credit_scoring.commands import online
    from credit_scoring.printing.operations import loaded

    call.print(online.publish_online(call.settings()), loaded)


@command
@click.option("--desk/--no-desk", default=True, show_default=True, help="Start the adviser's desk as well.")
def serve(call: Call, desk: bool) -> None:
    """Serve the API and the adviser's desk; without online.url on a PostgreSQL server of its own below `home`.

    Ctrl-C ends it.
    """
    from credit_scoring.commands import serving

    serving.serve(call.settings(), lambda line: click.echo(line), with_desk=desk)


@command
def desk(call: Call) -> None:
    """Start the adviser's desk before an API that runs elsewhere (desk.api). Ctrl-C ends it."""
    from credit_scoring.commands import serving

    serving.desk(call.settings(), lambda line: click.echo(line))
