"""Group join requests in FastAPI: takes the clicks of one card, each of them once.

    python app.py

The groups have a database of their own, apart from the store of clicks. So a process can die when
somebody has become a member and the click is not answered yet; the next click then comes to
``Desk.finish``, which looks.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from groups import Groups, JoinRequest

from amcli.service import (
    ActionResponse,
    PurposeKeys,
    RefreshCards,
    ServiceSettings,
    Unfinished,
    VerifiedClick,
    recipient_found_by,
)
from amcli.service.purpose_keys import KEY_FILE, write_purpose_keys
from amcli.service.starlette import action_view

HERE = Path(__file__).parent
TEMPLATE = "join-request"
SERVICE_URL = "https://groups.contoso.com"
DECISIONS = {"accept": "accepted", "decline": "declined"}
LINES = {
    "accepted": "The request was accepted.",
    "declined": "The request was declined.",
    "withdrawn": "The request was withdrawn in the meantime.",
}
log = logging.getLogger("groups")


@dataclass(frozen=True)
class Desk:
    """Does what the buttons ask for."""

    cards: RefreshCards
    groups: Groups

    async def decide(self, click: VerifiedClick) -> ActionResponse:
        """Accept or decline the request that the mail was about, if it still waits."""
        request = await self.groups.find(click.purpose.subject)
        wanted = replace(
            request,
            state=DECISIONS[click.action],
            decided_by=click.performer.display_name or click.purpose.recipient,
            message=str(click.body.get("message", "")).strip(),
        )
        answer = await self._answer(wanted)  # first: a card that cannot be made decides nothing
        decided = await self.groups.decide(wanted)
        return answer if decided == wanted else await self._answer(decided)

    async def look(self, click: VerifiedClick) -> ActionResponse:
        """Answer what Outlook asks when the mail is opened: does the request still wait?"""
        request = await self.groups.find(click.purpose.subject)
        if request.state == "waiting":
            return ActionResponse.not_modified()
        return await self._answer(request)

    async def finish(self, click: VerifiedClick, unfinished: Unfinished) -> ActionResponse:
        """Answer a click that was begun and not answered: was its work done?"""
        ours = await asyncio.to_thread(unfinished.take_over)
        if ours is None:  # somebody clicked a third time
            return ActionResponse.failure(409, "This click is being worked on. Please click again.")
        request = await self.groups.find(click.purpose.subject)
        if request.state == "waiting":
            log.warning("%s: begun at %s and not done; done now", request.id, unfinished.since)
            answer = await self.decide(click)
        else:
            log.warning("%s: done, but not answered since %s", request.id, unfinished.since)
            answer = await self._answer(request)
        await asyncio.to_thread(ours.complete, answer)
        return answer

    async def _answer(self, request: JoinRequest) -> ActionResponse:
        data = {"service_url": SERVICE_URL, "request": request.as_card_data()}
        card = await asyncio.to_thread(self.cards.render, request.state, data)
        return ActionResponse.success(LINES[request.state], card)


def create_app(config: Path = HERE / "amcli.toml") -> FastAPI:
    """Return the service; what it cannot do without is asked for now, not at a click."""
    logging.basicConfig(level=logging.INFO)  # refused clicks, and why: amcli.service
    settings = ServiceSettings.from_file(config)
    groups = Groups(config.parent / "groups.sqlite")
    groups.prepare()
    desk = Desk(settings.refresh_cards(TEMPLATE), groups)
    endpoint = settings.endpoint(
        TEMPLATE,
        {"accept": desk.decide, "decline": desk.decide},
        refreshers={"look": desk.look},
        is_recipient=recipient_found_by(groups.user),
        on_unfinished=desk.finish,
    )
    app = FastAPI(openapi_url=None)  # only Microsoft's servers call it
    app.post("/groups/{group}/requests/{number}")(action_view(endpoint))
    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=HERE / "amcli.toml")
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args()
    config = asked.config.resolve()
    if not (config.parent / KEY_FILE).exists():
        write_purpose_keys(config.parent, PurposeKeys.generate("first"))
    uvicorn.run(create_app(config), host="127.0.0.1", port=asked.port)
