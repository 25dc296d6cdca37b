"""POST /v1/previews and what follows, over an engine without OCR."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from PIL import Image

from .preview_engine import PaperEngine
from .preview_serving import ELSEWHERE, client_at, hand_in, paper, wait


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with client_at(tmp_path_factory.mktemp("previews")) as one:
        yield one


def test_files_become_a_report_with_findings_and_fields(client: TestClient) -> None:
    taken = hand_in(client, "身份证正面.jpg", "身份证反面.jpg", applicant="林小曼", town="南城")
    case = wait(client, taken["preview_id"])
    assert [finding["code"] for finding in case["report"]["findings"]] == ["name_mismatch", "expired"]
    assert len(set(case["finding_ids"])) == 2
    assert case["progress"]["pages_done"] == case["progress"]["pages_total"] == 2
    assert case["files"][1]["document_types"] == ["id_card_back"]
    assert case["documents"][0]["fields"]["name"]["value"] == "林小满"
    assert case["report"]["item_id"] == "jz-apply"


def test_events_tell_every_page_and_end(tmp_path: Path) -> None:
    with client_at(tmp_path) as client:
        taken = hand_in(client, "申请表两页.jpg", "身份证反面.jpg")
        with client.stream("GET", taken["events_url"]) as stream:
            lines = [line for line in stream.iter_lines() if line]
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    last = json.loads([line for line in lines if line.startswith("data: ")][-1].removeprefix("data: "))
    assert names[-1] == "end"
    assert set(names[:-1]) <= {"progress"}
    assert last["status"] == "done"
    assert last["progress"]["pages_total"] == 3


def test_the_same_upload_twice_is_one_case(client: TestClient) -> None:
    first = hand_in(client, "一样.jpg")
    again = hand_in(client, "一样.jpg")
    other = hand_in(client, "一样.jpg", town="莞城")
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert again["preview_id"] == first["preview_id"] != other["preview_id"]


def test_an_idempotency_key_gives_its_case_and_refuses_other_content(client: TestClient) -> None:
    key = {"Idempotency-Key": "counter-7-0001"}
    first = hand_in(client, "钥匙.jpg", headers=key)
    wait(client, first["preview_id"])
    assert hand_in(client, "钥匙.jpg", headers=key)["preview_id"] == first["preview_id"]
    refused = client.post("/v1/previews", data={"item": "jz-apply"}, files=[paper("别的.jpg")], headers=key)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "idempotency_key_reused")


def test_the_same_key_at_the_same_moment_is_one_case(client: TestClient) -> None:
    ids: list[str] = []
    key = {"Idempotency-Key": "at-once"}
    threads = [
        threading.Thread(target=lambda: ids.append(hand_in(client, "同时.jpg", headers=key)["preview_id"]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"item": "jz-aply"}, 404, "jz-apply（广东省居住证申领）"),
        ({"item": "zzzz"}, 404, "/v1/items"),
        ({"item": "jz-apply", "situation": "[1]"}, 422, "JSON 对象"),
        ({"item": "jz-apply", "situation": '{"where": "here"}'}, 422, "registered-half-year"),
        ({"item": "jz-apply", "situation": '{"registered-half-year": "maybe"}'}, 422, "half-year（已满半年）"),
        ({"item": "jz-apply", "as_of": "昨天"}, 422, "2026-11-22"),
        ({"item": "jz-apply", "applicant": "长" * 90}, 422, "80"),
        ({}, 422, "item"),
    ],
)
def test_what_is_wrong_is_said_in_chinese_with_the_way_out(
    client: TestClient, form: dict[str, str], status: int, words: str
) -> None:
    refused = client.post("/v1/previews", data=form, files=[paper("甲.jpg")])
    assert refused.status_code == status
    assert words in refused.json()["error"]["message"]


def test_an_upload_above_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with client_at(tmp_path, upload_mb=1) as client:
        big = ("files", ("大.pdf", b"%PDF" + bytes(2 << 20), "application/pdf"))
        refused = client.post("/v1/previews", data={"item": "jz-apply"}, files=[big])
        assert refused.status_code == 413
        assert "1 MB" in refused.json()["error"]["message"]

        def in_pieces() -> Iterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
            for _ in range(40):
                yield bytes(64 * 1024)

        endless = client.post(
            "/v1/previews", content=in_pieces(), headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        assert endless.status_code == 413


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    with client_at(tmp_path, max_files=2) as client:
        three = [paper(f"{n}.jpg") for n in range(3)]
        refused = client.post("/v1/previews", data={"item": "jz-apply"}, files=three)
        assert refused.status_code == 422
        assert "最多 2 个" in refused.json()["error"]["message"]


def test_other_requests_keep_their_small_limit(client: TestClient) -> None:
    refused = client.patch("/v1/previews/x/fields", content=b" " * 300_000)
    assert refused.status_code == 413


def test_an_edited_field_is_checked_at_once_without_reading_again(tmp_path: Path) -> None:
    engine = PaperEngine()
    with client_at(tmp_path, engine) as client:
        taken = hand_in(client, "身份证正面.jpg", applicant="林小曼")
        wait(client, taken["preview_id"])
        read = list(engine.read)
        edit = {"file_id": "f1", "field": "name", "value": "林小曼"}
        case = client.patch(f"/v1/previews/{taken['preview_id']}/fields", json={"edits": [edit]}).json()
        assert "name_mismatch" not in [finding["code"] for finding in case["report"]["findings"]]
        name = case["documents"][0]["fields"]["name"]
        assert (name["value"], name["edited"], name["read"]) == ("林小曼", True, "林小满")
        case = client.patch(f"/v1/previews/{taken['preview_id']}/fields", json={"edits": [edit | {"value": None}]})
        assert case.json()["report"]["findings"][0]["code"] == "name_mismatch"
        assert engine.read == read


def test_a_changed_request_is_checked_at_once(client: TestClient) -> None:
    taken = hand_in(client, "身份证反面.jpg", town="东城")
    wait(client, taken["preview_id"])
    url = f"/v1/previews/{taken['preview_id']}/request"
    early = client.patch(url, json={"as_of": "2019-06-01", "applicant": "林小满"}).json()
    assert [finding["code"] for finding in early["report"]["findings"]] == []
    assert early["applicant"] == "林小满"
    wrong = client.patch(url, json={"situation": {"registered-half-year": "未知"}})
    assert wrong.status_code == 422


def test_files_are_added_and_taken_out(client: TestClient) -> None:
    taken = hand_in(client, "身份证正面.jpg", town="万江")
    case = wait(client, taken["preview_id"])
    url = f"/v1/previews/{taken['preview_id']}/files"
    assert "side_missing" in [finding["code"] for finding in case["report"]["findings"]]
    added = client.post(url, files=[paper("身份证反面.jpg"), paper("身份证正面.jpg")])
    assert [file["file_id"] for file in added.json()] == ["f1", "f2"]  # the front is in the case already
    case = wait(client, taken["preview_id"])
    assert [finding["code"] for finding in case["report"]["findings"]] == ["expired"]
    case = client.delete(f"{url}/f2").json()
    assert [finding["code"] for finding in case["report"]["findings"]] == ["side_missing"]
    assert client.get(f"{url}/f2/pages/1.jpg").status_code == 404
    assert client.delete(f"{url}/f9").status_code == 422


def test_a_page_comes_plain_and_with_its_boxes(client: TestClient) -> None:
    taken = hand_in(client, "身份证反面.jpg", town="石龙")
    wait(client, taken["preview_id"])
    url = f"/v1/previews/{taken['preview_id']}/files/f1/pages/1.jpg"
    plain, marked = client.get(url), client.get(f"{url}?boxes=1")
    assert plain.headers["content-type"] == marked.headers["content-type"] == "image/jpeg"
    assert "no-store" in plain.headers["cache-control"]
    assert Image.open(io.BytesIO(plain.content)).size == (900, 600)
    assert marked.content != plain.content
    assert client.get(url.replace("/1.jpg", "/9.jpg")).status_code == 404


def test_the_notice_comes_as_pdf_and_word_without_rejected_findings(client: TestClient) -> None:
    taken = hand_in(client, "身份证反面.jpg", town="麻涌")
    case = wait(client, taken["preview_id"])
    url = f"/v1/previews/{taken['preview_id']}"
    assert client.get(f"{url}/notice.pdf").content.startswith(b"%PDF")
    assert "已过期" in _words(client.get(f"{url}/notice.docx").content)
    judged = [{"finding_id": case["finding_ids"][0], "verdict": "reject", "reason": "original_seen"}]
    kept = client.post(f"{url}/decision", json={"outcome": "accept", "findings": judged})
    assert kept.status_code == 200
    assert "已过期" not in _words(client.get(f"{url}/notice.docx").content)


def test_a_decision_counts_in_the_figures_and_in_the_exports(tmp_path: Path) -> None:
    with client_at(tmp_path) as client:
        for number in range(4):
            taken = hand_in(client, "身份证反面.jpg", town="南城", channel="window", applicant=f"{number}号")
            case = wait(client, taken["preview_id"])
            reason = {"code": "expired", "material_id": "id-card"} if number else {"code": "not_signed"}
            body = {"outcome": "return", "responsibility": "applicant", "officer": "07", "reasons": [reason]}
            body = body if number < 2 else {"outcome": "accept"}
            body["findings"] = [{"finding_id": case["finding_ids"][0], "verdict": "accept"}]
            sent = client.post(f"/v1/previews/{taken['preview_id']}/decision", json=body)
            assert sent.status_code == 200, sent.text
        stats = client.get("/v1/previews/stats").json()
        assert (stats["overall"]["returned"], stats["overall"]["decided"], stats["overall"]["rate"]) == (2, 4, 0.5)
        assert stats["by_town"][0]["name"] == "南城"
        assert {share["id"]: share["returns"] for share in stats["by_reason"]} == {"expired": 1, "not_signed": 1}
        checks = {check["code"]: check for check in stats["checks"]}
        assert (checks["expired"]["caught"], checks["not_signed"]["missed"]) == (1, 1)
        assert stats["by_responsibility"] == [{"id": "applicant", "name": "申请人材料问题", "returns": 2}]
        csv = client.get("/v1/previews/stats.csv").content.decode("utf-8-sig")
        assert len(csv.strip().splitlines()) == 5
        assert "号" not in csv.replace("编号", "")
        book = load_workbook(io.BytesIO(client.get("/v1/previews/stats.xlsx").content))
        assert book["明细"].max_row == 5


def test_a_final_outcome_replaces_the_windows_decision(tmp_path: Path) -> None:
    with client_at(tmp_path) as client:
        taken = hand_in(client, "身份证反面.jpg", channel="window")
        wait(client, taken["preview_id"])
        url = f"/v1/previews/{taken['preview_id']}/decision"
        client.post(url, json={"outcome": "accept"})
        final = {"outcome": "return", "stage": "final", "responsibility": "reviewer"}
        client.post(url, json=final | {"reasons": [{"code": "not_sealed", "material_id": "id-card"}]})
        foreign = final | {"reasons": [{"code": "not_sealed", "material_id": "no-such-paper"}]}
        assert client.post(url, json=foreign).status_code == 422
        client.post(url, json={"outcome": "accept"})
        assert client.get("/v1/previews/stats").json()["overall"]["returned"] == 1


def test_a_changed_finding_needs_a_reason(client: TestClient) -> None:
    taken = hand_in(client, "身份证反面.jpg", town="虎门")
    case = wait(client, taken["preview_id"])
    url = f"/v1/previews/{taken['preview_id']}/decision"
    judged = {"finding_id": case["finding_ids"][0], "verdict": "reject"}
    assert client.post(url, json={"outcome": "accept", "findings": [judged]}).status_code == 422
    strange = {"finding_id": "000000000000", "verdict": "accept"}
    assert client.post(url, json={"outcome": "accept", "findings": [strange]}).status_code == 422


def test_strangers_see_no_case_no_figures_and_decide_nothing(tmp_path: Path) -> None:
    with client_at(tmp_path, client=ELSEWHERE, token="counter-word") as client:
        taken = hand_in(client, "身份证反面.jpg")
        wait(client, taken["preview_id"])  # whoever has the id may look
        assert len(taken["preview_id"]) >= 32
        assert client.get("/v1/previews/f1").status_code == 404
        assert client.get(f"/v1/previews/{taken['preview_id'][:-1]}x").status_code == 404
        decision = f"/v1/previews/{taken['preview_id']}/decision"
        for url in ("/v1/previews/stats", "/v1/previews/stats.csv", "/v1/previews/stats.xlsx", "/v1/previews/recent"):
            assert client.get(url).status_code == 401
        assert client.post(decision, json={"outcome": "accept"}).status_code == 401
        staff = {"Authorization": "Bearer counter-word"}
        assert client.post(decision, json={"outcome": "accept"}, headers=staff).status_code == 200
        assert client.get("/v1/previews/stats", headers=staff).json()["overall"]["decided"] == 1


def test_a_client_elsewhere_opens_only_so_many_cases_a_minute(tmp_path: Path) -> None:
    with client_at(tmp_path, client=ELSEWHERE, per_minute=2) as client:
        for number in range(2):
            hand_in(client, f"{number}.jpg")
        refused = client.post("/v1/previews", data={"item": "jz-apply"}, files=[paper("3.jpg")])
        assert refused.status_code == 429


def test_deleting_leaves_nothing_of_the_applicant(tmp_path: Path) -> None:
    with client_at(tmp_path) as client:
        taken = hand_in(client, "身份证正面.jpg", applicant="林小曼")
        preview_id = wait(client, taken["preview_id"])["preview_id"]
        assert client.delete(f"/v1/previews/{preview_id}").status_code == 204
        case = client.get(f"/v1/previews/{preview_id}").json()
        assert (case["status"], case["report"], case["applicant"], case["files"]) == ("cancelled", None, None, [])
        assert client.get(f"/v1/previews/{preview_id}/notice.pdf").status_code == 410
        assert client.post(f"/v1/previews/{preview_id}/files", files=[paper("x.jpg")]).status_code == 410
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "林小".encode() not in left
    assert not (tmp_path / "previews" / preview_id).exists()


def test_a_notice_has_to_wait_for_the_report(tmp_path: Path) -> None:
    go_on = threading.Event()
    with client_at(tmp_path, PaperEngine(lambda name, page: go_on.wait(10) and None)) as client:
        taken = hand_in(client, "身份证正面.jpg")
        refused = client.get(f"/v1/previews/{taken['preview_id']}/notice.pdf")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "preview_not_ready")
        go_on.set()
        wait(client, taken["preview_id"])


def test_logs_hold_no_names(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"), client_at(tmp_path) as client:
        taken = hand_in(client, "林小满的身份证.jpg", "崩溃.jpg", applicant="林小曼")
        case = wait(client, taken["preview_id"])
    assert case["files"][1]["problem"] == "crashed"
    ours = "\n".join(
        f"{record.getMessage()} {record.exc_text}" for record in caplog.records if record.name.startswith("serving")
    )
    assert "preview taken" in ours
    assert "林小" not in ours
    assert taken["preview_id"] not in ours  # whoever reads the log must not get in


def test_every_address_is_documented(client: TestClient) -> None:
    paths = {path.removeprefix("/v1/previews") for path in client.get("/openapi.json").json()["paths"]}
    case = "/{preview_id}"
    assert paths >= {
        "",
        case,
        f"{case}/events",
        f"{case}/files",
        f"{case}/files/{{file_id}}",
        f"{case}/files/{{file_id}}/pages/{{page_no}}.jpg",
        f"{case}/fields",
        f"{case}/request",
        f"{case}/decision",
        f"{case}/notice.pdf",
        f"{case}/notice.docx",
        "/stats",
        "/stats.csv",
        "/stats.xlsx",
        "/recent",
    }
    assert "材料预审" in client.get("/docs").text


def test_the_server_starts_without_the_ocr_engine() -> None:
    code = (
        "import sys; from pathlib import Path; from serving.settings import Settings\n"
        "import serving.api; from serving.previews.build import build_previews\n"
        "build_previews(Settings(_env_file=None, data_dir=Path('.')), None)\n"
        "print([name for name in ('cv2', 'rapidocr', 'onnxruntime', 'PIL', 'fpdf') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == "[]"


def _words(docx: bytes) -> str:
    from docx import Document

    document = Document(io.BytesIO(docx))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)
