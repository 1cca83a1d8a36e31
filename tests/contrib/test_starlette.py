"""The sample for Starlette: a license for each route, and for a WebSocket."""

import threading
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from licensekit.runtime.licensing import Licensing
from samples.frameworks.starlette_app import app
from samples.superoffice.superoffice_crm_licensing import superoffice_crm


def test_a_route_answers_where_it_is_licensed() -> None:
    with superoffice_crm.testing(system=["quote"]):
        assert TestClient(app).get("/quotes").text == "Q-1"


def test_a_route_refuses_with_a_problem_that_says_why() -> None:
    with superoffice_crm.testing(system=["quote"], expiry=30) as licensing:
        licensing.travel(31)
        response = TestClient(app).get("/quotes")
    assert (response.status_code, response.headers["content-type"]) == (403, "application/problem+json")
    assert response.json()["reason"] == "expired"


def test_a_websocket_is_for_whom_the_plan_is_assigned() -> None:
    with superoffice_crm.testing(users={"sales-pro": 1}) as licensing:
        licensing.assign("anna", "sales-pro")
        with TestClient(app).websocket_connect("/pipeline", headers={"x-user": "anna"}) as socket:
            assert socket.receive_text() == "Nordlys Kraft"
        with pytest.raises(WebSocketDisconnect) as refused, TestClient(app).websocket_connect("/pipeline"):
            """Nobody is logged in."""
    assert (refused.value.code, refused.value.reason) == (1008, "not-entitled")


def test_a_user_is_never_asked_about_in_the_thread_of_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[threading.Thread] = []
    user = Licensing.user

    def noting(licensing: Licensing, *given: Any) -> Any:
        asked.append(threading.current_thread())
        return user(licensing, *given)

    monkeypatch.setattr(Licensing, "user", noting)
    client, anna = TestClient(app), {"x-user": "anna"}
    with (
        superoffice_crm.testing(users={"sales-pro": 1}),
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/pipeline", headers=anna),
    ):
        """She does not hold it."""
    assert asked
    assert all(thread.name.startswith("asyncio") for thread in asked)
