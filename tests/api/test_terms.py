"""/v1/terms: looking terms up and finding them in a text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.asgi import create_app
from service.settings import Settings
from service.wiring import Application
from tests.api.problem_details import problem_of
from tests.store.made_up import write_termbase

REST = {"article": "any", "case": "exact", "inflects": True, "not_preceded_by": [], "not_followed_by": []}
FOIP = {
    "id": "foip",
    "collection": "curated",
    "domain": "alliance",
    "part_of_speech": "noun",
    "definitions": {"en": "A vision.", "ja": "構想。"},
    "terms": [
        {"text": "自由で開かれたインド太平洋", "language": "ja", "status": "preferred", "kind": "full", "use": "both",
         "reading": "じゆうでひらかれたインドたいへいよう", "abbreviation": "FOIP", "variants": [], **REST, "case": "sentence"},
        {"text": "FOIP", "language": "ja", "status": "admitted", "kind": "abbreviation", "use": "both",
         "reading": None, "abbreviation": None, "variants": [], **REST},
        {"text": "Free and Open Indo-Pacific", "language": "en", "status": "preferred", "kind": "full", "use": "both",
         "reading": None, "abbreviation": "FOIP", "variants": [], **REST, "article": "the"},
        {"text": "FOIP", "language": "en", "status": "admitted", "kind": "abbreviation", "use": "both",
         "reading": None, "abbreviation": None, "variants": [], **REST, "inflects": False},
    ],
    "sources": [{"id": "treaty", "title": "Security treaty", "publisher": "The two governments", "url": "https://example.org/treaty"}],
    "note": "A vision.",
}  # fmt: skip


def _ids(client: TestClient, **parameters: str | int | list[str]) -> list[str]:
    response = client.get("/v1/terms", params=parameters)
    assert response.status_code == 200, response.text
    return [concept["id"] for concept in response.json()]


class TestSearch:
    def test_a_concept_is_answered_whole_with_its_score(self, client: TestClient) -> None:
        [found] = client.get("/v1/terms", params={"q": "FOIP", "mode": "exact"}).json()
        assert found == {**FOIP, "score": 1.0}

    @pytest.mark.parametrize(
        ("mode", "query", "found"),
        [
            ("exact", "自衛権", ["self-defense"]),
            ("exact", "ｆｏｉｐ", ["foip"]),
            ("exact", "にちべいどうめい", ["us-japan-alliance"]),
            ("prefix", "集団的", ["collective-self-defense"]),
            ("substring", "自衛権", ["self-defense", "collective-self-defense"]),
            ("substring", "50%", ["half-rule"]),
            ("fuzzy", "colective self-defence", ["collective-self-defense", "self-defense"]),
            ("exact", "no such term", []),
        ],
    )
    def test_modes(self, client: TestClient, mode: str, query: str, found: list[str]) -> None:
        assert _ids(client, q=query, mode=mode) == found

    def test_substring_is_the_default(self, client: TestClient) -> None:
        assert _ids(client, q="衛権") == ["self-defense", "collective-self-defense"]

    def test_language_domain_and_limit_narrow(self, client: TestClient) -> None:
        assert _ids(client, q="同盟") == ["alliance-of-firms", "us-japan-alliance"]
        assert _ids(client, q="同盟", domain="alliance") == ["us-japan-alliance"]
        assert _ids(client, q="同盟", domain=["alliance", "economy"]) == ["alliance-of-firms", "us-japan-alliance"]
        assert _ids(client, q="同盟", domain="nothing") == []
        assert _ids(client, q="同盟", limit=1) == ["alliance-of-firms"]
        assert _ids(client, q="alliance", language="ja") == []
        assert _ids(client, q="同盟", language="JA") == ["alliance-of-firms", "us-japan-alliance"]

    @pytest.mark.parametrize(
        ("parameters", "kind", "detail"),
        [
            ({}, "invalid-request", "query.q"),
            ({"q": ""}, "invalid-request", "query.q"),
            ({"q": "同" * 513}, "invalid-request", "query.q"),
            ({"q": "同盟", "mode": "regex"}, "invalid-request", "query.mode"),
            ({"q": "同盟", "limit": "0"}, "invalid-request", "query.limit"),
            ({"q": "同盟", "limit": "201"}, "invalid-request", "query.limit"),
            ({"q": "同盟", "limit": "many"}, "invalid-request", "query.limit"),
            ({"q": "同盟", "domain": "x" * 65}, "invalid-request", "query.domain"),
            ({"q": "同盟", "language": "tlh"}, "unknown-language", "known are en, ja"),
        ],
    )
    def test_bad_input_is_a_problem_in_words(self, client: TestClient, parameters: dict[str, str], kind: str, detail: str) -> None:
        assert detail in problem_of(client.get("/v1/terms", params=parameters), 422, kind)["detail"]


class TestOne:
    def test_a_concept_by_its_id(self, client: TestClient) -> None:
        response = client.get("/v1/terms/foip")
        assert (response.status_code, response.json()) == (200, {**FOIP, "version": 1})

    @pytest.mark.parametrize("concept_id", ["nobody-knows", "FOIP", "%E5%90%8C%E7%9B%9F", "x" * 2_000, "%25", "%ff"])
    def test_an_unknown_id_is_a_404(self, client: TestClient, concept_id: str) -> None:
        problem_of(client.get(f"/v1/terms/{concept_id}"), 404, "concept-not-found")

    def test_domains(self, client: TestClient) -> None:
        assert client.get("/v1/terms/domains").json() == [
            {"id": "alliance", "titles": {"en": "The alliance", "ja": "同盟"}, "concepts": 4},
            {"id": "economy", "titles": {"en": "The economy", "ja": "経済"}, "concepts": 5},
        ]


class TestAnnotate:
    def _annotate(self, client: TestClient, text: str, **fields: Any) -> dict[str, Any]:
        response = client.post("/v1/terms/annotate", json={"text": text, **fields})
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        position = 0
        for annotation in body["annotations"]:
            start, end = annotation["span"]
            assert position <= start < end <= len(text)
            assert text[start:end] == annotation["text"]
            position = end
        return body

    def test_terms_with_their_places_and_renderings(self, client: TestClient) -> None:
        body = self._annotate(client, "😀日米同盟と集団的自衛権")
        assert (body["language"], body["glossary_revision"]) == ("ja", 1)
        first, second = body["annotations"]
        assert (first["span"], first["concept"]["id"]) == ([1, 5], "us-japan-alliance")
        assert first["renderings"] == {"ja": "日米同盟", "en": "U.S.-Japan alliance"}
        assert (second["text"], second["concept"]["id"]) == ("集団的自衛権", "collective-self-defense")
        assert [("😀日米同盟と集団的自衛権"[a:b]) for a, b in second["nested"]] == ["自衛権"]

    def test_an_abbreviation_is_rendered_by_an_abbreviation(self, client: TestClient) -> None:
        [found] = self._annotate(client, "FOIPの推進")["annotations"]
        assert found["renderings"] == {"ja": "FOIP", "en": "FOIP"}

    def test_a_text_in_english(self, client: TestClient) -> None:
        body = self._annotate(client, "The US–Japan alliance and the free and open Indo-Pacific; servers.")
        assert body["language"] == "en"
        assert [a["concept"]["id"] for a in body["annotations"]][-1] == "server"

    def test_a_language_may_be_named(self, client: TestClient) -> None:
        assert self._annotate(client, "FOIP", language="JA")["language"] == "ja"
        assert self._annotate(client, "日米同盟", language="en")["annotations"] == []

    def test_a_text_without_terms(self, client: TestClient) -> None:
        assert self._annotate(client, "今日は良い天気だ。")["annotations"] == []

    @pytest.mark.parametrize(
        ("fields", "kind", "detail"),
        [
            ({"text": ""}, "text-not-accepted", "the text is empty"),
            ({"text": "123"}, "text-not-accepted", "name it in 'language'"),
            ({"text": "同" * 2_001}, "text-not-accepted", "the limit is 2,000"),
            ({"text": "同盟\0"}, "text-not-accepted", "not valid Unicode"),
            ({"text": "同盟", "language": "tlh"}, "unknown-language", "unknown language 'tlh'"),
            ({"text": ["同盟"]}, "invalid-request", "body.text"),
            ({}, "invalid-request", "body.text"),
            ({"text": "同盟", "langauge": "ja"}, "invalid-request", "body.langauge"),
            ({"text": "同盟", "domains": [""]}, "invalid-request", "body.domains.0"),
        ],
    )
    def test_bad_input_is_a_problem_in_words(self, client: TestClient, fields: dict[str, Any], kind: str, detail: str) -> None:
        assert detail in problem_of(client.post("/v1/terms/annotate", json=fields), 422, kind)["detail"]


class TestOnBothDatabases:
    @pytest.fixture
    def either(self, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
        """A client of a service on SQLite, and one on PostgreSQL."""
        settings = Settings(
            data_dir=tmp_path / "data", database_url=SecretStr(database_url), glossary_dir=write_termbase(tmp_path / "terms")
        )
        with TestClient(create_app(Application(settings), with_worker=False)) as talking:
            yield talking

    @pytest.mark.parametrize("path", ["/v1/terms?q=%00", "/v1/terms/%00", "/v1/terms?q=a&domain=%00", "/v1/jobs/%00", "/v1/terms?%00=1"])
    def test_a_null_character_in_the_address_is_a_problem(self, either: TestClient, path: str) -> None:
        problem_of(either.get(path), 400, "bad-request")

    @pytest.mark.parametrize("query", ["%", "_", "'", "\\", "\u2028", "\uffff", "😀", "a" * 512])
    def test_odd_queries_are_answered(self, either: TestClient, query: str) -> None:
        for mode in ("exact", "prefix", "substring", "fuzzy"):
            assert _ids(either, q=query, mode=mode) == (["half-rule"] if (query, mode) == ("%", "substring") else [])

    def test_the_same_answer(self, either: TestClient) -> None:
        assert _ids(either, q="自衛権") == ["self-defense", "collective-self-defense"]
        assert either.get("/v1/terms/foip").json() == {**FOIP, "version": 1}
