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
    from credit_scoring import answering

    if action == "grant":
        granted = answering.grant_api(call.settings())
        call.print(granted, lambda found: f"{found.user} may log in, and has the API's rights and no other.")
        return
    done = answering.prepare(call.settings(), create=action == "create")
    call.print(done, lambda found: f"The tables are of revision {found.revision}.")


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
    from credit_scoring import answering, printing

    settings = call.settings()
    if action == "list":
        found = answering.all_keys(settings)
        head = ["prefix", "name", "role", "per minute", "expires", "revoked"]
        rows = [(k.prefix, k.name, k.role, k.per_minute, f"{k.expires_at:%Y-%m-%d}", k.revoked_at or "") for k in found]
        call.print(found, lambda _: printing.table(head, rows) or "There are no keys yet.")
    elif action == "create":
        if not name or role is None:
            raise KEY_NOT_NAMED(action=action, what="--name and --role")
        made = answering.new_key(settings, name, role, per_minute, days)
        call.print(made, lambda found: f"{found.key}\nShown this once. It holds until {found.expires_at:%Y-%m-%d}.")
    elif not prefix:
        raise KEY_NOT_NAMED(action=action, what="the prefix of a key")
    elif action == "revoke":
        answering.revoke_key(settings, prefix)
        call.print({"revoked": prefix}, lambda _: f"Key {prefix} is revoked; the API refuses it within a second.")
    else:
        made = answering.rotate_key(settings, prefix, overlap_hours, days)
        call.print(made, lambda found: f"{found.key}\nShown this once; {prefix} holds for {overlap_hours} hours more.")


@command
@click.argument("action", type=click.Choice(["verify", "export", "expire"]))
@click.argument("client", type=int, required=False)
def journal(call: Call, action: str, client: int | None) -> None:
    """Prove the journal of the API, export what it holds of CLIENT, or drop what is older than the settings keep."""
    from credit_scoring import answering, printing

    settings = call.settings()
    if action == "verify":
        call.print(answering.verify_journal(settings), _verified)
    elif action == "expire":
        dropped = answering.expire_journal(settings)
        call.print(
            dropped, lambda found: printing.table(["month", "requests"], list(found.items())) or "Nothing is that old."
        )
    elif client is None:
        raise CLIENT_NOT_NAMED()
    else:
        held = printing.plain(answering.export_journal(settings, client))
        click.echo(json.dumps(held, indent=1, ensure_ascii=False, default=str))


def _verified(found: Any) -> str:
    return (
        f"The journal is as it was recorded: {found.requests:,} requests under {found.seals:,} seals "
        f"({found.unsealed:,} not sealed yet, {found.erased:,} erased)."
    )


@command
def publish_online(call: Call) -> None:
    """Bring what is published into the online store; every score run does so itself where there is one."""
    from credit_scoring import answering

    done = answering.publish_online(call.settings())
    text = "The online store holds all of it already."
    if done.load is not None:
        text = f"Load {done.load}: {done.scores:,} scores, {done.files:,} files; {done.removed:,} clients left."
    call.print(done, lambda _: text)


@command
@click.option("--desk/--no-desk", default=True, show_default=True, help="Start the adviser's desk as well.")
def serve(call: Call, desk: bool) -> None:
    """Serve the API and the adviser's desk; without online.url on a PostgreSQL server of its own below `home`.

    Ctrl-C ends it.
    """
    from credit_scoring import answering

    answering.serve(call.settings(), lambda line: click.echo(line), with_desk=desk)


@command
def desk(call: Call) -> None:
    """Start the adviser's desk before an API that runs elsewhere (desk.api). Ctrl-C ends it."""
    from credit_scoring import answering

    answering.desk(call.settings(), lambda line: click.echo(line))
