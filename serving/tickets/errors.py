"""What can go wrong with a ticket; every cause knows its HTTP status and its code, the API gives the wording."""

from __future__ import annotations


class TicketError(Exception):
    """Base: `status` and `code` for the API, the message for people."""

    status = 422
    code = "bad_ticket"


class TicketNotFoundError(TicketError):
    """No ticket has this number."""

    status = 404
    code = "ticket_not_found"

    def __init__(self, ticket_id: str) -> None:
        super().__init__(f"没有编号为 {ticket_id} 的工单，请核对编号。")


class WrongStepError(TicketError):
    """The ticket is in a state from which this step cannot be taken."""

    status = 409
    code = "wrong_step"

    def __init__(self, step: str, status: str) -> None:
        super().__init__(f"工单现在是“{status}”，不能{step}。请刷新后再试。")


class VersionConflictError(TicketError):
    """Somebody else changed the ticket meanwhile."""

    status = 409
    code = "version_conflict"

    def __init__(self) -> None:
        super().__init__("这张工单刚被别人改过，请刷新后再改，您填的内容没有覆盖别人的。")


class IncompleteTicketError(TicketError):
    """Something is missing that a step needs; `missing` names the fields."""

    code = "incomplete_ticket"

    def __init__(self, missing: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.missing = missing


class TicketKeyReusedError(TicketError):
    """An Idempotency-Key came back with other content."""

    status = 409
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("同一个 Idempotency-Key 已用于另一张工单，请换一个。")


class TicketsNotSavedError(TicketError):
    """The disk or the database did not take something; the caller has to be told."""

    status = 503
    code = "ticket_not_saved"

    def __init__(self, problem: str) -> None:
        super().__init__("工单没有保存成功，请稍后重试；原来的内容没有丢。")
        self.problem = problem
