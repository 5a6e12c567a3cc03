"""POST /v1/translate: the shape of its answer, what its fields mean, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from models.engine import DecodeRequest
from models.errors import ModelError
from service.asgi import create_app
from service.settings import Settings
from service.wiring import Application
from tests.api.conftest import plain_model
from tests.api.problem_details import problem_of
from tests.fakes import FakeEngine

REPORT = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text(encoding="utf-8"))
_OF_TEXTS = ("source", "target", "totals", "segments", "signature")
_OF_ANSWERS = {"text": {"type": "string"}, "detected_source": {"$ref": "#/$defs/language"}}


def _schema(document_format: str) -> dict[str, Any]:
    """The schema of an answer: that of a report, or for plain texts a part of it, with the text beside."""
    of_report = {k: v for k, v in REPORT["properties"].items() if document_format != "text" or k in _OF_TEXTS}
    properties = {**of_report, **_OF_ANSWERS}
    one = {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}
    return {
        "$defs": REPORT["$defs"],
        "type": "object",
        "additionalProperties": False,
        "required": ["translations", "signature"],
        "properties": {"translations": {"type": "array", "minItems": 1, "items": one}, "signature": REPORT["properties"]["signature"]},
    }


TEXT = "日米同盟は重要だ。\n\n集団的自衛権を認めた。出典は https://example.org/a です。"


def _translate(client: TestClient, text: str | list[str], **fields: Any) -> dict[str, Any]:
    """The answer to a request, checked against the schema, with its spans checked against its texts."""
    response = client.post("/v1/translate", json={"text": text, "target": "en", **fields})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    jsonschema.Draft202012Validator(_schema(fields.get("format", "text"))).validate(body)
    for translation in body["translations"]:
        _check_spans(translation)
    return body


def _check_spans(translation: dict[str, Any]) -> None:
    for segment in translation["segments"]:
        for use in [*segment["terms"], *segment["protected"]]:
            assert segment["source"][slice(*use["source_span"])] == use["source_text"]
            if use["target_span"] is None:
                assert (use["status"], use["rung"], use["target_text"]) == ("unmet", "unmet", None)
            else:
                assert use["status"] in ("met", "repaired")
                assert segment["target"][slice(*use["target_span"])] == use["target_text"]
        for finding in segment["findings"]:
            if finding["source_span"]:
                start, end = finding["source_span"]
                assert 0 <= start < end <= len(segment["source"])


class TestAnswer:
    def test_one_text(self, client: TestClient) -> None:
        body = _translate(client, "日米同盟は重要だ。", source="ja")
        [translation] = body["translations"]
        assert translation["text"] == "The U.S.-Japan alliance matters."
        [segment] = translation["segments"]
        [use] = segment["terms"]
        assert (use["concept"], use["domain"]) == ("us-japan-alliance", "alliance")
        assert (use["source_span"], use["source_text"]) == ([0, 4], "日米同盟")
        assert (use["target_text"], use["approved"], use["status"], use["rung"]) == ("U.S.-Japan alliance",) * 2 + ("met", "decoded")
        assert (translation["totals"]["terms"], translation["totals"]["met"], translation["totals"]["unmet"]) == (1, 1, 0)

    def test_the_segments_stand_in_the_text_in_their_order(self, client: TestClient) -> None:
        [translation] = _translate(client, TEXT)["translations"]
        assert [s["source"] for s in translation["segments"]] == TEXT.replace("\n\n", "。").replace("。。", "。").replace(
            "。", "。\n"
        ).splitlines()
        position = 0
        for segment in translation["segments"]:
            position = translation["text"].index(segment["target"], position) + len(segment["target"])
        assert "\n\n" in translation["text"]

    def test_what_must_not_be_touched_is_reported_apart_from_terms(self, client: TestClient) -> None:
        last = _translate(client, TEXT)["translations"][0]["segments"][-1]
        assert [p["source_text"] for p in last["protected"]] == ["https://example.org/a"]
        assert last["terms"] == []

    def test_a_list_is_answered_in_its_order(self, client: TestClient) -> None:
        texts = ["集団的自衛権を認めた。", "日米同盟は重要だ。", "集団的自衛権を認めた。"]
        body = _translate(client, texts)
        assert [t["text"] for t in body["translations"]] == [
            "The collective self-defense matters.",
            "The U.S.-Japan alliance matters.",
            "The collective self-defense matters.",
        ]

    def test_a_list_of_one_is_answered_as_that_text_alone(self, client: TestClient) -> None:
        assert _translate(client, [TEXT]) == _translate(client, TEXT)

    def test_the_same_request_has_the_same_answer(self, client: TestClient) -> None:
        assert _translate(client, TEXT) == _translate(client, TEXT)

    def test_the_source_is_detected(self, client: TestClient) -> None:
        [translation] = _translate(client, "日米同盟 (U.S.-Japan alliance) は重要だ。")["translations"]
        assert (translation["detected_source"], translation["source"], translation["target"]) == ("ja", "ja", "en")

    def test_texts_of_one_request_may_have_different_languages(self, settings: Settings) -> None:
        into_japanese = FakeEngine(lambda text: "日米同盟は重要だ。", source="en", target="ja")
        engines = {("ja", "en"): FakeEngine(plain_model), ("en", "ja"): into_japanese}
        application = Application(settings, engines=engines)
        with TestClient(create_app(application, with_worker=False)) as client:
            [translation] = client.post("/v1/translate", json={"text": "The alliance matters.", "target": "ja"}).json()["translations"]
            assert (translation["text"], translation["detected_source"]) == ("日米同盟は重要だ。", "en")
            problem = problem_of(
                client.post("/v1/translate", json={"text": ["日米", "alliance"], "target": "ja"}), 422, "text-not-accepted"
            )
            assert "both ja" in problem["detail"]

    def test_the_signature_says_what_made_the_translation(self, client: TestClient) -> None:
        body = _translate(client, TEXT)
        assert body["signature"] == body["translations"][0]["signature"]
        assert (body["signature"]["engine"], body["signature"]["model_digest"]) == ("fake", "fake")
        assert (body["signature"]["glossary_revision"], body["signature"]["glossary_mode"]) == (1, "enforce")

    def test_language_codes_may_have_capitals(self, client: TestClient) -> None:
        assert _translate(client, TEXT, source="JA", target="EN") == _translate(client, TEXT, source="ja")

    def test_characters_outside_the_basic_plane_count_as_one(self, client: TestClient) -> None:
        [translation] = _translate(client, "😀𠮷野氏は日米同盟を語る。")["translations"]
        assert translation["segments"][0]["terms"][0]["source_span"] == [5, 9]


class TestGlossary:
    def test_off_looks_at_nothing(self, client: TestClient) -> None:
        body = _translate(client, "日米同盟は重要だ。", glossary={"mode": "off"})
        assert body["translations"][0]["text"] == "The Japan-America pact matters."
        assert body["translations"][0]["segments"][0]["terms"] == []
        assert body["signature"]["glossary_mode"] == "off"

    def test_prefer_chooses_and_never_edits(self, settings: Settings) -> None:
        stubborn = Application(settings, engines={("ja", "en"): FakeEngine(lambda _: "The pact matters.")})
        with TestClient(create_app(stubborn, with_worker=False)) as client:
            preferred = _translate(client, "日米同盟は重要だ。", glossary={"mode": "prefer"})["translations"][0]
            enforced = _translate(client, "日米同盟は重要だ。", glossary={"mode": "enforce"})["translations"][0]
        assert preferred["text"] == "The pact matters."
        assert [t["status"] for t in preferred["segments"][0]["terms"]] == ["unmet"]
        assert "unmet-term" in [f["kind"] for f in preferred["segments"][0]["findings"]]
        assert "U.S.-Japan alliance" in enforced["text"]
        assert [t["status"] for t in enforced["segments"][0]["terms"]] == ["repaired"]

    def test_prefer_takes_what_the_model_writes_by_itself(self, client: TestClient) -> None:
        [translation] = _translate(client, "日米同盟は重要だ。", glossary={"mode": "prefer"})["translations"]
        assert translation["text"] == "The U.S.-Japan alliance matters."

    def test_domains_are_part_of_the_signature(self, client: TestClient) -> None:
        body = _translate(client, TEXT, glossary={"domains": ["economy", "alliance"]})
        assert body["signature"]["glossary_mode"] == "enforce:alliance,economy"
        assert [t["concept"] for s in body["translations"][0]["segments"] for t in s["terms"]] == [
            "us-japan-alliance",
            "collective-self-defense",
        ]


class TestMarkdown:
    SOURCE = "# 日米同盟\n\n**集団的自衛権**を認めた。\n\n```\n日米同盟\n```\n"

    def test_the_markup_is_kept_and_the_report_is_whole(self, client: TestClient) -> None:
        [translation] = _translate(client, self.SOURCE, format="markdown")["translations"]
        lines = translation["text"].split("\n")
        assert lines[0] == "# U.S.-Japan alliance"
        assert "**" in lines[2]
        assert "collective self-defense" in lines[2].replace("**", "")
        assert lines[4:] == ["```", "日米同盟", "```", ""]
        assert (translation["detected_source"], translation["report_version"], translation["path"]) == ("ja", 1, None)
        assert translation["totals"]["terms"] == 2

    def test_what_is_unmet_stands_in_the_report(self, settings: Settings) -> None:
        application = Application(settings, engines={("ja", "en"): FakeEngine(lambda _: "A pact.")})
        with TestClient(create_app(application, with_worker=False)) as client:
            body = _translate(client, "日米同盟は重要だ。", format="markdown", glossary={"mode": "prefer"})
        assert body["translations"][0]["unmet"] == [
            {"concept": "us-japan-alliance", "source_text": "日米同盟", "approved": "U.S.-Japan alliance"}
        ]

    def test_a_list_of_documents(self, client: TestClient) -> None:
        body = _translate(client, ["# 日米同盟", "- 集団的自衛権"], format="markdown")
        assert [t["text"] for t in body["translations"]] == ["# U.S.-Japan alliance", "- Collective self-defense"]

    def test_a_document_without_prose_comes_back_as_it_is(self, client: TestClient) -> None:
        body = client.post("/v1/translate", json={"text": "```\n日米同盟\n```\n", "target": "en", "format": "markdown"}).json()
        assert body["translations"][0]["segments"] == []
        assert body["translations"][0]["text"] == "```\n日米同盟\n```\n"
        assert body["signature"] is None

    def test_the_limit_holds_for_all_documents_together(self, client: TestClient) -> None:
        response = client.post("/v1/translate", json={"text": ["同盟" * 400] * 3, "target": "en", "format": "markdown"})
        assert "2,402 characters; the limit is 2,000" in problem_of(response, 422, "text-not-accepted")["detail"]


class TestRefused:
    @pytest.mark.parametrize(
        ("fields", "kind", "detail"),
        [
            ({"target": "tlh"}, "unknown-language", "unknown language 'tlh'; known are en, ja"),
            ({"source": "tlh"}, "unknown-language", "unknown language 'tlh'"),
            ({"target": ""}, "unknown-language", "unknown language ''"),
            ({"source": "en"}, "text-not-accepted", "both en (source given)"),
            ({"target": "ja"}, "text-not-accepted", "both ja (source detected)"),
            ({"text": ""}, "text-not-accepted", "the text is empty"),
            ({"text": " \n　"}, "text-not-accepted", "the text is empty"),
            ({"text": ["日米同盟", ""]}, "text-not-accepted", "the text is empty"),
            ({"text": "12:30 — 15%"}, "text-not-accepted", "the language of the text cannot be told"),
            ({"text": "同" * 2_001}, "text-not-accepted", "2,001 characters; the limit is 2,000"),
            ({"text": ["同" * 1_000] * 2}, "text-not-accepted", "2,001 characters"),
            ({"text": "日米\0同盟"}, "text-not-accepted", "not valid Unicode"),
            ({"text": []}, "invalid-request", "body.text"),
            ({"text": ["日米"] * 1_001}, "invalid-request", "body.text"),
            ({"text": 5}, "invalid-request", "body.text"),
            ({"text": None}, "invalid-request", "body.text"),
            ({"text": ["日米", 5]}, "invalid-request", "body.text"),
            ({"target": None}, "invalid-request", "body.target"),
            ({"format": "docx"}, "invalid-request", "body.format"),
            ({"glossary": {"mode": "always"}}, "invalid-request", "body.glossary.mode"),
            ({"glossary": {"moed": "off"}}, "invalid-request", "body.glossary.moed"),
            ({"glossary": {"domains": "alliance"}}, "invalid-request", "body.glossary.domains"),
            ({"soruce": "ja"}, "invalid-request", "body.soruce"),
        ],
    )
    @pytest.mark.parametrize("document_format", ["text", "markdown"])
    def test_bad_input_is_a_problem_in_words(
        self, client: TestClient, fields: dict[str, Any], kind: str, detail: str, document_format: str
    ) -> None:
        request = {"text": "日米同盟は重要だ。", "target": "en", "format": document_format, **fields}
        assert detail in problem_of(client.post("/v1/translate", json=request), 422, kind)["detail"]

    def test_a_missing_field_is_named(self, client: TestClient) -> None:
        problem = problem_of(client.post("/v1/translate", json={"text": "日米同盟"}), 422, "invalid-request")
        assert problem["errors"] == [{"place": "body.target", "message": "Field required"}]

    def test_no_model_for_the_direction_names_the_command_that_gets_one(self, client: TestClient) -> None:
        response = client.post("/v1/translate", json={"text": "The alliance matters.", "target": "ja"})
        assert "meiyaku models pull elan-mt-bt-en-ja" in problem_of(response, 422, "no-model-for-direction")["detail"]

    @pytest.mark.parametrize(
        "body",
        [
            b'{"text": "\\ud83d\\u65e5\\u7c73", "target": "en"}',
            b'{"text": ["\\udc00\\u65e5"], "target": "en"}',
            b'{"text": "\\u65e5\\u7c73", "target": "\\ud800"}',
            b'{"text": "\\u65e5\\u7c73", "target": "en", "\\ud800": 1}',
            b'{"text": "\\u65e5\\u7c73", "target": "en", "glossary": {"domains": ["\\ud800"]}}',
            b'{"text": "\\u65e5\\u7c73", "target": "en", "glossary": {"mode": "\\ud800"}}',
        ],
    )
    def test_a_lone_surrogate_anywhere_is_a_problem(self, client: TestClient, body: bytes) -> None:
        response = client.post("/v1/translate", content=body, headers={"content-type": "application/json"})
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["detail"]

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 422),
            (b"{", 422),
            (b'{"text": "a", "target": "en"', 422),
            (b"[]", 422),
            (b'"text"', 422),
            (b"null", 422),
            ('{"text": "日米同盟", "target": "en"}'.encode("shift_jis"), 400),
            (b'{"text": "\xff\xfe", "target": "en"}', 400),
            (b"[" * 80_000, 400),
        ],
    )
    def test_a_body_that_is_no_json_object_is_a_problem(self, client: TestClient, body: bytes, status: int) -> None:
        response = client.post("/v1/translate", content=body, headers={"content-type": "application/json"})
        problem_of(response, status, "invalid-request" if status == 422 else "bad-request")

    def test_a_body_that_nobody_could_accept_is_not_read(self, client: TestClient) -> None:
        body = json.dumps({"text": "同" * 100_000, "target": "en"}).encode()
        problem_of(client.post("/v1/translate", content=body), 413, "too-large")

        def chunks() -> Iterator[bytes]:
            for _ in range(100):
                yield b"[" * 1_000

        problem_of(client.post("/v1/translate", content=chunks()), 413, "too-large")

    @pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/translate", 405), ("GET", "/v1/nothing", 404), ("POST", "/", 404)])
    def test_other_addresses_and_methods_are_problems_too(self, client: TestClient, method: str, path: str, status: int) -> None:
        problem_of(client.request(method, path), status, {404: "not-found", 405: "method-not-allowed"}[status])


class TestBrokenMachinery:
    def _client(self, settings: Settings, error: Exception) -> TestClient:
        def fail(_: str) -> str:
            raise error

        application = Application(settings, engines={("ja", "en"): FakeEngine(fail)})
        return TestClient(create_app(application, with_worker=False), raise_server_exceptions=False)

    def test_a_model_that_fails_is_a_503(self, settings: Settings) -> None:
        with self._client(settings, ModelError("out of memory")) as client:
            response = client.post("/v1/translate", json={"text": "重要だ。", "target": "en"})
        assert problem_of(response, 503, "model-unavailable")["detail"] == "out of memory"

    def test_an_error_that_nobody_expected_keeps_its_secrets(self, settings: Settings) -> None:
        with self._client(settings, RuntimeError("/etc/passwd")) as client:
            response = client.post("/v1/translate", json={"text": "重要だ。", "target": "en"})
            assert client.get("/healthz").status_code == 200
        problem_of(response, 500, "internal-error")
        assert "passwd" not in response.text

    def test_requests_reach_the_engine_once_for_each_distinct_sentence(self, settings: Settings) -> None:
        engine = FakeEngine(plain_model)
        application = Application(settings, engines={("ja", "en"): engine})
        with TestClient(create_app(application, with_worker=False)) as client:
            _translate(client, "重要だ。重要だ。\n重要だ。")
        assert engine.requests == [DecodeRequest("重要だ。").text]
