"""JSON over HTTP as all services speak it: strict in, canonical out, else problems."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from companyos.asgi.limits import BodyRefusedError
from companyos.asgi.problems import MEDIA_TYPE as PROBLEM_TYPE
from companyos.asgi.problems import Problem
from companyos.asgi.request_id import request_id_of
from companyos.digests import JSONObject, JSONValue, canonical_json, strict_json
from companyos.errors import IntegrityError, UnavailableError

MEDIA_TYPE = "application/json"

Answer: TypeAlias = Response | Problem
Endpoint: TypeAlias = Callable[[Request], Awaitable[Answer]]
FailureLog: TypeAlias = Callable[[BaseException, Scope], None]


class RequestError(Exception):
    """The request cannot be carried out as it was put; `problem` is the answer."""

    def __init__(self, code: str, detail: str, *, status: int = 400) -> None:
        super().__init__(code)
        self.problem = Problem(HTTPStatus(status), code, detail)


def json_response(value: JSONValue, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return `value` as a response."""
    return Response(canonical_json(value), int(status), media_type=MEDIA_TYPE)


async def json_object(request: Request) -> JSONObject:
    """Return the request's body, which must be one JSON object.

    Raises:
        RequestError: for another content type, or a body that is no strict JSON object.
    """
    kinds = request.headers.getlist("content-type")
    if len(kinds) != 1 or kinds[0].partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise RequestError(
            "content_type_unexpected", f"send the body as {MEDIA_TYPE}", status=415
        )
    try:
        value = strict_json(await request.body())
    except IntegrityError as error:
        raise RequestError("body_malformed", "the body is not strict JSON") from error
    if not isinstance(value, Mapping):
        raise RequestError("body_malformed", "the body is not a JSON object")
    return value


def only_member(document: JSONObject, name: str) -> JSONValue:
    """Return the one member that a body must have.

    Raises:
        RequestError: if it is missing, or not alone.
    """
    if set(document) != {name}:
        raise RequestError("body_malformed", f"expected exactly the member `{name}`")
    return document[name]


def route(path: str, **by_method: Endpoint) -> Route:
    """Return a route that has one endpoint for each method, named in lower case.

    One route holds all methods of its path, so that the answer to any other method
    lists all that are allowed.
    """
    endpoints = {name.upper(): endpoint for name, endpoint in by_method.items()}

    async def dispatch(request: Request) -> Answer:
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](request)

    return Route(path, dispatch, methods=list(endpoints))


def application(routes: list[Route]) -> Starlette:
    """Return the routes as an application whose every error is a problem document."""
    app = Starlette(
        routes=routes,
        exception_handlers={
            HTTPException: _http_error,
            RequestError: _own_problem,
            BodyRefusedError: _own_problem,
            UnavailableError: _unavailable,
            ClientDisconnect: _gone,
            Exception: _fault,
        },
    )
    # A path has one spelling; a redirect would also trust the caller's Host header.
    app.router.redirect_slashes = False
    return app


class FaultBoundary:
    """The outermost layer: a fault of ours becomes a log line and a plain 500.

    `log` is told of the fault; the caller learns nothing but the request's id.
    """

    def __init__(self, app: ASGIApp, *, log: FailureLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        sent: set[str] = set()

        async def watched(message: Message) -> None:
            more = message.get("more_body", False)
            sent.add("part" if more else str(message["type"]))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # the process's boundary
            self._log(error, scope)
            if "http.response.body" in sent:
                return
            if sent:
                raise  # half an answer is out: only a broken connection is honest
            await FAULT(scope, receive, send)


FAULT = Problem(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "fault",
    "the service failed; the request id leads to the reason in its log",
)


async def _http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: no such path (404), no such method (405)."""
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    allowed = (error.headers or {}).get("Allow")
    headers = () if allowed is None else ((b"allow", allowed.encode()),)
    code = status.phrase.lower().replace(" ", "_")
    return _response(Problem(status, code, headers=headers), request)


async def _own_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestError | BodyRefusedError):
        raise error
    return _response(error.problem, request)


async def _unavailable(request: Request, error: Exception) -> Response:
    del error
    return _response(UNAVAILABLE, request)


async def _gone(request: Request, error: Exception) -> Response:
    """Answer nobody: the caller hung up, which is no fault of ours."""
    del error
    return _response(Problem(HTTPStatus.BAD_REQUEST, "client_gone"), request)


async def _fault(request: Request, error: Exception) -> Response:
    del error
    return _response(FAULT, request)


def _response(problem: Problem, request: Request) -> Response:
    """Return the problem as the kind of response that exception handlers give."""
    response = Response(
        problem.body(request_id_of(request.scope)),
        int(problem.status),
        media_type=PROBLEM_TYPE.decode(),
    )
    response.raw_headers.extend(problem.headers)
    return response


UNAVAILABLE = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "storage_unavailable",
    "the data cannot be reached now; try again",
    ((b"retry-after", b"5"),),
)
