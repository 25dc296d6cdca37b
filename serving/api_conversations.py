"""DELETE /v1/conversations/{conversation_id}: a citizen takes a conversation back."""

from __future__ import annotations

import sqlite3
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from serving.api_errors import ConversationNotDeletedError
from serving.api_models import ERROR_RESPONSES, ExternalId
from serving.build import Product

ConversationId = Annotated[
    ExternalId, Path(description="提问时用的编号", examples=["0b6f3f1e-6f0a-4a59-9d7e-2f1f0c3f7d10"])
]


def conversation_router(product: Product) -> APIRouter:
    """Build the route."""
    router = APIRouter(tags=["咨询"])

    @router.delete(
        "/v1/conversations/{conversation_id}", summary="清除对话", status_code=204, responses=ERROR_RESPONSES
    )
    async def forget(conversation_id: ConversationId) -> Response:
        """删除服务器上保存的这次对话；没有这个对话也返回 204，可以重复调用。

        为改进知识库另存的提问记录已遮盖个人信息、不带对话编号，到期自动删除，不在此列。
        """
        try:
            await product.assistant.forget(conversation_id)
        except sqlite3.Error as error:
            raise ConversationNotDeletedError from error
        return Response(status_code=204)

    return router
