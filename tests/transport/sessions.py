"""A broker that keeps fetch sessions, as far as they go: what is fetched, and what is news."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from aiokafka.protocol.fetch import FetchRequest, FetchRequest_v4, FetchRequest_v11

Place = tuple[str, int]

NOT_FOUND, WRONG_EPOCH = 70, 71


class Broker:
    """Answers fetches as Kafka's FetchManager does (KIP-227).

    `ends` are the ends of the places; `asked` is what each request named, `news` what each answer
    brought, `kept_ms` how long the broker may keep each request. `refuses` are error codes to answer with, `loses` what is raised in place of answers.
    """

    def __init__(self, *, form: Any = FetchRequest_v11, room: bool = True) -> None:
        self.ends: dict[Place, int] = {}
        self.asked: list[tuple[int, int, set[Place], set[Place]]] = []
        self.news: list[set[Place]] = []
        self.kept_ms: list[int] = []
        self.refuses: list[int] = []
        self.loses: list[BaseException] = []
        self.room = room
        self._form = form
        self._sessions: dict[int, dict[Place, Any]] = {}
        self._epochs: dict[int, int] = {}
        self._next = 7

    async def send(self, _node: int, request: Any, **_options: Any) -> Any:
        """What aiokafka's client sends."""
        if not isinstance(request, FetchRequest):
            return "other"
        form = request.build(self._form)
        at = 1 if form.API_VERSION < 9 else 2
        self.kept_ms.append(form.max_wait_time)
        wanted = {(topic, part[0]): part[at] for topic, parts in form.topics for part in parts}
        if form.API_VERSION < 7:
            return self._answer(form, 0, wanted, wanted)
        gone = {
            (topic, number) for topic, numbers in form.forgotten_topics_data for number in numbers
        }
        self.asked.append((form.session_id, form.session_epoch, set(wanted), gone))
        answer = self._serve(form, wanted, gone)
        if self.loses:
            raise self.loses.pop(0)
        return answer

    def forget(self) -> None:
        """As after a restart."""
        self._sessions.clear()

    def _serve(self, form: Any, wanted: dict[Place, int], gone: set[Place]) -> Any:
        id_, epoch = form.session_id, form.session_epoch
        if self.refuses:
            return self._answer(form, 0, {}, {}, self.refuses.pop(0))
        if epoch <= 0:
            self._sessions.pop(id_, None)
            if epoch < 0 or not self.room:
                return self._answer(form, 0, wanted, wanted)
            id_, self._next = self._next, self._next + 1
            self._sessions[id_] = {place: [at, None] for place, at in wanted.items()}
            self._epochs[id_] = 0
        elif id_ not in self._sessions:
            return self._answer(form, 0, {}, {}, NOT_FOUND)
        elif self._epochs[id_] + 1 != epoch:
            return self._answer(form, 0, {}, {}, WRONG_EPOCH)
        self._epochs[id_] = epoch
        session = self._sessions[id_]
        for place, at in wanted.items():
            session.setdefault(place, [at, None])[0] = at
        for place in gone:
            del session[place]
        news = {
            place: at
            for place, (at, end) in session.items()
            if end != self.ends.get(place, 0) or at < self.ends.get(place, 0)
        }
        for place in news:
            session[place][1] = self.ends.get(place, 0)
        return self._answer(form, id_, session, news)

    def _answer(
        self, form: Any, id_: int, _session: Any, news: dict[Place, int], code: int = 0
    ) -> Any:
        self.news.append(set(news))
        topics: dict[str, list[Any]] = {}
        for (topic, number), at in news.items():
            topics.setdefault(topic, []).append((number, at, self.ends.get((topic, number), 0)))
        return SimpleNamespace(
            API_VERSION=form.API_VERSION,
            error_code=code,
            session_id=id_,
            topics=list(topics.items()),
        )


OLD = FetchRequest_v4
