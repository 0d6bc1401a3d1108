"""``amcli verify-token``: whether a captured bearer token is genuine."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from amcli.cli.command import Command
from amcli.cli.moment import Moment
from amcli.cli.options import setting_option
from amcli.cli.session import current
from amcli.cli.token_input import (
    answer_options,
    find_given_tokens,
    refuse_both_answers,
    token_argument,
)
from amcli.errors import ConfigurationError, UsageError
from amcli.seams import utc_now
from amcli.settings_table import Source
from amcli.verify.clouds import CLOUDS
from amcli.verify.token_policy import MAX_LEEWAY_SECONDS

if TYPE_CHECKING:
    from amcli.cli.token_report import Trust
    from amcli.verify.captured import Capture, FoundToken
    from amcli.verify.token_policy import TokenPolicy


@click.command(
    cls=Command,
    not_done="the token was not verified",
    examples="""
amcli verify-token @request.txt --audience api://auth-am-PROVIDER/APP --tenant TENANT-GUID
amcli verify-token - --audience CLIENT-ID --any-tenant --performer oid:GUID < token.txt
amcli verify-token @token.txt --audience CLIENT-ID --tenant GUID --jwks keys.json --offline
amcli verify-token @request.txt --audience CLIENT-ID --tenant GUID --at 2026-10-01T09:30:00Z
amcli verify-token @proxy.har --audience CLIENT-ID --tenant GUID --jsonl
""",
)
@token_argument
@setting_option(
    "--audience", "audiences", setting="verify.audience", multiple=True, metavar="URL-or-ID",
    help="App ID URI or client id of your service (for an EAT, its target URL). Repeatable.",
)  # fmt: skip
@setting_option(
    "--tenant", "tenants", setting="verify.tenants", multiple=True, metavar="GUID",
    help="Tenant whose users may click. Repeatable.",
)  # fmt: skip
@setting_option(
    "--any-tenant", setting="verify.any_tenant", is_flag=True,
    help="Accept the users of every tenant.",
)  # fmt: skip
@setting_option(
    "--jwks", setting="verify.jwks", metavar="FILE|URL",
    help="Key set to check with. Without it Microsoft's keys are read over the network.",
)  # fmt: skip
@setting_option("--scope", setting="verify.scope", help="Delegated scope that must be there.")
@click.option("--sender", metavar="ADDR", help="Sender of the mail (an EAT names it).")
@click.option("--performer", metavar="oid:GUID|ADDR|@DOMAIN", help="Who must have clicked.")
@click.option("--at", type=Moment(), help="Judge as of this time: ISO 8601, or Unix seconds.")
@setting_option(
    "--cloud", setting="verify.cloud", type=click.Choice(list(CLOUDS)), default="global",
    help="Microsoft cloud that issues the tokens; global where nothing is said.",
)  # fmt: skip
@click.option(
    "--leeway", type=click.IntRange(0, MAX_LEEWAY_SECONDS), default=MAX_LEEWAY_SECONDS,
    show_default=True, help="Seconds that clocks may differ.",
)  # fmt: skip
@click.option(
    "--offline",
    is_flag=True,
    help="Never use the network: --jwks FILE, or the keys of an earlier run.",
)
@answer_options
@click.pass_context
def verify_token(
    ctx: click.Context, /, token: str, as_json: bool, as_jsonl: bool, **options: Any
) -> int | None:
    """Check a bearer token that Microsoft posted to a web service.

    TOKEN is a token, "Bearer" and the token, or what was captured: header lines, HTTP requests, a
    HAR file, JSON, a log; - reads stdin, @FILE a file. Exit code 0 when every check of every token
    passed, 1 when one failed, 6 when the keys could not be read, which says nothing about the
    token.
    """
    from amcli.cli import token_answers, token_report

    refuse_both_answers(as_json=as_json, as_jsonl=as_jsonl)
    capture, asked = find_given_tokens(token), _Asked(**options)
    trust = _trust(ctx, asked)
    _require_tenants(capture, trust)
    answers = token_report.examine_all(capture, _policy(asked, trust), trust)
    return token_answers.give(answers, as_json=as_json, as_jsonl=as_jsonl, above=trust.lines())


class _Asked(NamedTuple):
    """What the options of ``verify-token`` say."""

    audiences: tuple[str, ...]
    tenants: tuple[str, ...]
    any_tenant: bool
    jwks: str | None
    scope: str | None
    sender: str | None
    performer: str | None
    at: datetime | None
    cloud: str
    leeway: int
    offline: bool


def _trust(ctx: click.Context, asked: _Asked) -> Trust:
    """Return what is trusted, and who said so."""
    from amcli.cli.token_keys import find_keys
    from amcli.cli.token_report import Trust
    from amcli.verify.token_policy import AnyTenant, parse_tenants

    by_any = _any_tenant_counts(ctx, asked)
    tenants_from = _origin(ctx, "any_tenant" if by_any else "tenants")
    return Trust(
        keys=find_keys(asked.jwks, offline=asked.offline),
        keys_from=_origin(ctx, "jwks") if asked.jwks else "built-in",
        audiences=asked.audiences,
        audiences_from=_origin(ctx, "audiences"),
        tenants=AnyTenant() if by_any else parse_tenants(asked.tenants),
        tenants_from=tenants_from if by_any or asked.tenants else "not given",
        cloud=asked.cloud,
        at=asked.at or utc_now(),
    )


def _any_tenant_counts(ctx: click.Context, asked: _Asked) -> bool:
    """Return whether every tenant is accepted; what is typed is stronger than a setting."""
    if not (asked.any_tenant and asked.tenants):
        return asked.any_tenant
    typed = {
        name
        for name in ("tenants", "any_tenant")
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    if len(typed) == 1:
        return "any_tenant" in typed
    if typed:
        raise UsageError("--tenant and --any-tenant contradict each other")
    raise ConfigurationError("verify.tenants and verify.any_tenant contradict each other")


def _require_tenants(capture: Capture, trust: Trust) -> None:
    if trust.tenants or not any(_is_entra(found) for found in capture.tokens):
        return
    which = "this is" if len(capture.tokens) == 1 else "among these is"
    raise UsageError(
        f"{which} a Microsoft Entra ID token: say which tenants' users may click",
        hint="--tenant GUID (repeatable), or --any-tenant",
    )


def _is_entra(found: FoundToken) -> bool:
    from amcli.verify.token_errors import MalformedToken
    from amcli.verify.token_format import decode_token as decode

    try:
        return decode(found.token.reveal()).kind.is_entra
    except MalformedToken:
        return False  # the verdict will say so


def _policy(asked: _Asked, trust: Trust) -> TokenPolicy:
    from amcli.verify.token_policy import TokenPolicy

    return TokenPolicy(
        audiences=trust.audiences,
        tenants=trust.tenants,
        keys=trust.keys,
        scope=asked.scope,
        sender=asked.sender,
        performer=asked.performer,
        cloud=asked.cloud,
        legacy_eat=current().settings.get("verify.legacy_eat"),
        leeway_seconds=asked.leeway,
    )


def _origin(ctx: click.Context, parameter: str) -> str:
    """Return who gave an option: the option itself, or a setting's file or variable."""
    option = next(p for p in ctx.command.params if p.name == parameter)
    source = ctx.get_parameter_source(parameter)
    entry = current().settings.by_key[getattr(option, "setting", "")]
    if source is ParameterSource.COMMANDLINE and entry.source is not Source.COMMAND_LINE:
        return option.opts[0]
    return f"setting {entry.setting.key}, {entry.where or entry.source.value}"
