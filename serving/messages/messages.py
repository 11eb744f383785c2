"""Messages: one message for one customer, written when it is asked for."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.logs import log
from serving.answers import Answers
from serving.bodies import ListRequest, MessageRequest
from serving.desk import Desk
from serving.errors import RequestError, shown
from serving.messages.config import MessagesConfig
from serving.messages.facts import Facts, facts_of, item_of


@dataclass(frozen=True)
class _Items:
    facts: Sequence[Facts]
    unknown: Sequence[str] = ()
    recommendation_id: str | None = None


class Messages:
    """The templates of one desk. `may` tells whether a customer may be written to."""

    def __init__(self, desk: Desk, *, may: Callable[[str], bool]) -> None:
        settings = desk.keeper.settings
        self._desk, self._may = desk, may
        self._config = settings.section("messages", MessagesConfig)
        self._shop = str(settings.values.get("training", {}).get("shop", "shop"))
        self._library: Any = None
        if (desk.keeper.workspace / self._config.folder).is_dir():
            self._read()

    def render(self, request: MessageRequest) -> bytes:
        """A `MessageAnswer`.

        RequestError for a template that there is not (404), a customer who does not want messages (403), or a template
        that cannot be rendered with these facts (422).
        """
        start = time.perf_counter()
        language = request.language or self._config.language
        chosen = self._library.choose(request.template, request.channel, language) if self._library else None
        if chosen is None:
            raise self._missing(request)
        if not self._may(request.customer_id):
            raise RequestError(403, "no_consent", "the customer does not consent to messages", field="customer_id")
        answers = self._desk.answers
        items = self._items(request, answers)
        name = self._desk.names.name(request.customer_id, answers.personal)
        place = {"shop": self._shop, "channel": request.channel, "language": chosen.language or language}
        facts = facts_of(request.customer_id, name, items.facts, request.values, place=place)
        subject = None if chosen.subject is None else " ".join(self._text(chosen.subject, facts).split())
        body = self._text(chosen.body, facts)
        answer = {
            "template": request.template,
            "file": chosen.file,
            "channel": request.channel,
            "language": place["language"],
            "media": "text/html" if chosen.html else "text/plain",
            "customer": {"customer_id": request.customer_id, "name": name},
            "subject": subject,
            "body": body,
            "recommendation_id": items.recommendation_id,
            "unknown_products": list(items.unknown),
            "took_ms": round((time.perf_counter() - start) * 1e3, 3),
        }
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()

    def _read(self) -> None:
        from serving.messages.library import Library  # and with it the template language, where there are templates

        self._library = Library.read(self._desk.keeper.workspace, self._config)
        log.info("messages.read", templates=len(self._library.names))

    def _missing(self, request: MessageRequest) -> RequestError:
        names = self._library.names if self._library else []
        if request.template in names:
            what = f"template {shown(request.template)} is not there for the channel {shown(request.channel)}"
            return RequestError(404, "unknown_template", what, field="channel")
        known = f"there are {', '.join(names[:20])}" if names else f"the folder {self._config.folder}/ has none"
        return RequestError(
            404, "unknown_template", f"no template {shown(request.template)}; {known}", field="template"
        )

    def _items(self, request: MessageRequest, answers: Answers) -> _Items:
        """Of the products that are named, or of a list that is made now."""
        products, recommendation = list(request.items), None
        if request.recommendation is not None:
            asked = request.recommendation
            wanted = ListRequest(
                customer_id=request.customer_id,
                n=asked.n,
                placement=asked.placement,
                channel=request.channel,
                filters=asked.filters,
            )
            made = json.loads(answers.one(wanted))
            products, recommendation = [item["product_id"] for item in made["items"]], made["recommendation_id"]
        model = answers.champion.recommender
        found = [(product, item_of(model, product, 0)) for product in products]
        facts = [{**item, "rank": rank} for rank, item in enumerate((i for _, i in found if i is not None), 1)]
        return _Items(facts, [product for product, item in found if item is None], recommendation)

    def _text(self, template: Any, facts: Mapping[str, Any]) -> str:
        from serving.messages.bounds import meter
        from serving.messages.library import rendered

        try:
            return rendered(template, {**facts, **meter()}, self._config.max_output_kb << 10)
        except Exception as error:  # noqa: BLE001  # whatever goes wrong inside a template is the template's
            message = f"{template.name}: {error}"
            raise RequestError(422, "template_failed", message[:300], field="template") from None
