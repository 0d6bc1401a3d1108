"""Refresh cards: what a service answers a click with, made from its template's folder.

A service never receives the card that was sent. What both cards must have in common comes from
elsewhere: ``version`` and ``hideOriginalBody`` from the folder's first card as its first sample
makes it, ``originator`` from the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from amcli.card.data import load_data
from amcli.card.document import CardDocument
from amcli.errors import TemplateError, UsageError
from amcli.seams import Clock, utc_now
from amcli.service.purpose import minter
from amcli.service.purpose_keys import PurposeKeys
from amcli.suggestion import did_you_mean

if TYPE_CHECKING:
    from amcli.card.rendering import PurposeToken
    from amcli.card.template import TemplateFolder

_AS_IN_THE_FIRST = ("version", "hideOriginalBody")


@dataclass(frozen=True)
class RefreshCards:
    """The refresh cards of one template; make it when the service starts, it is checked then.

    ``sender`` and ``purpose_keys`` are for refresh cards that have limited-purpose tokens of
    their own. Raises TemplateError, DataError and CardRejected for a folder whose own samples make
    no card that could be sent.
    """

    template: TemplateFolder
    originator: str
    sender: str | None = None
    purpose_keys: PurposeKeys | None = None
    clock: Clock = utc_now
    first: CardDocument = field(init=False, repr=False)
    """The card that is sent, as the folder's first sample makes it."""

    def __post_init__(self) -> None:
        from amcli.card.rendering import Envelope, render
        from amcli.card.template import DESCRIPTION

        if not self.template.samples:
            raise TemplateError(
                "no sample, so the first card's version and hideOriginalBody cannot be known",
                file=str(self.template.path / DESCRIPTION),
                hint='add a line: samples = ["sample.json"]',
            )
        data = load_data(self.template.samples[:1])
        card = render(self.template.card(), data, envelope=Envelope(self.originator, self.sender))
        object.__setattr__(self, "first", card.document())
        for name, refresh in self.template.refresh.items():
            for sample in refresh.samples:
                self._checked(name, load_data([sample]), (), None)

    def render(
        self, name: str, data: Mapping[str, Any], *, recipient: str | None = None
    ) -> CardDocument:
        """Return a refresh card made of data, without an error that the linter knows.

        ``recipient`` is whom its limited-purpose tokens are for, where it has any. Render before
        the work is done: raises TemplateError, DataError, CardRejected, and UsageError for a name
        that the folder does not have.
        """
        recipients = () if recipient is None else (recipient,)
        return self._checked(name, data, recipients, self._purpose_token(recipient))

    def _checked(
        self,
        name: str,
        data: Mapping[str, Any],
        recipients: tuple[str, ...],
        purpose_token: PurposeToken | None,
    ) -> CardDocument:
        from amcli.card.rendering import Envelope, render
        from amcli.linting.engine import check
        from amcli.linting.surroundings import Provider, Surroundings

        if name not in self.template.refresh:
            known = sorted(self.template.refresh)
            hint = did_you_mean(name, known) or f"there are: {', '.join(known) or 'none'}"
            raise UsageError(f"{self.template.name} has no refresh card {name!r}", hint=hint)
        card = self.template.refresh_card(name)
        envelope = Envelope(self.originator, self.sender, recipients)
        rendered = render(card, data, envelope=envelope, purpose_token=purpose_token)
        around = Surroundings(first=self.first, provider=Provider(originator=self.originator))
        return check(self._as_the_first(rendered.document()), surroundings=around).document

    def _as_the_first(self, card: CardDocument) -> CardDocument:
        """Return the card with what it must have in common with the card that was sent."""
        value = {**card.value, "originator": self.originator}
        if card.kind is self.first.kind:
            for name in _AS_IN_THE_FIRST:
                value.pop(name, None)
                if name in self.first.value:
                    value[name] = self.first.value[name]
        return replace(card, value=value)

    def _purpose_token(self, recipient: str | None) -> PurposeToken | None:
        if self.purpose_keys is None or self.sender is None or recipient is None:
            return None
        return minter(
            self.purpose_keys,
            sender=self.sender,
            template=self.template.name,
            recipients=[recipient],
            clock=self.clock,
        )
