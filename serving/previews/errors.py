"""What can go wrong with a case of pre-review; every cause knows its HTTP status and its Chinese wording."""

from __future__ import annotations

from serving.previews.words import word


class PreviewCaseError(Exception):
    """Base: `status` and `code` for the API, the message for people."""

    status = 422
    code = "bad_preview"

    def __init__(self, message: str) -> None:
        super().__init__(message)


class CaseNotFoundError(PreviewCaseError):
    """No case has this id, or the asker may not know that it has."""

    status = 404
    code = "preview_not_found"

    def __init__(self) -> None:
        super().__init__(word("errors.not_found"))


class CaseGoneError(PreviewCaseError):
    """The files of the case have been deleted, on request or by the retention rule."""

    status = 410
    code = "preview_gone"

    def __init__(self) -> None:
        super().__init__(word("errors.gone"))


class NotReadyError(PreviewCaseError):
    """The report is not there yet."""

    status = 409
    code = "preview_not_ready"

    def __init__(self) -> None:
        super().__init__(word("errors.not_ready"))


class BadRequestError(PreviewCaseError):
    """The item, a situation, a date or a field name is not one we know; the message lists what there is."""

    code = "invalid_preview"


class UnknownServiceItemError(BadRequestError):
    """The knowledge base has no such item; `suggestions` are the nearest ids."""

    status = 404
    code = "item_not_found"

    def __init__(self, message: str, suggestions: tuple[str, ...]) -> None:
        super().__init__(message)
        self.suggestions = suggestions


class UploadTooLargeError(PreviewCaseError):
    """A request carries more than one request may."""

    status = 413
    code = "upload_too_large"


class KeyReusedError(PreviewCaseError):
    """An Idempotency-Key came back with other content."""

    status = 409
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(word("errors.key_reused"))


class QueueFullError(PreviewCaseError):
    """More cases wait than this machine can read in a reasonable time."""

    status = 503
    code = "queue_full"

    def __init__(self) -> None:
        super().__init__(word("errors.queue_full"))


class StorageError(PreviewCaseError):
    """The disk or the database did not take something; the caller has to be told."""

    status = 503
    code = "preview_not_saved"

    def __init__(self, problem: str) -> None:
        super().__init__(word("errors.not_saved"))
        self.problem = problem


class WrongKeyError(StorageError):
    """Files were encrypted with another key than the one that is set, or with none set."""

    code = "preview_key_wrong"

    def __init__(self) -> None:
        PreviewCaseError.__init__(self, word("errors.wrong_key"))
        self.problem = "a file cannot be decrypted with GUANJIA_PREVIEW__KEY"


class NoEngineError(PreviewCaseError):
    """The OCR engine cannot be used on this machine."""

    status = 503
    code = "no_ocr_engine"

    def __init__(self, problem: str) -> None:
        super().__init__(word("errors.no_engine"))
        self.problem = problem
