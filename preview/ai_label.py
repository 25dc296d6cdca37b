"""The mark of generated content that every export carries. Source: 标识办法 and GB 45438-2025, Appendix E."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

PRODUCER = "莞家AI"
KEY = "AIGC"


def ai_metadata(produce_id: str) -> str:
    """Give the implicit mark as JSON; label 1: the content is generated."""
    fields = {
        "Label": "1",
        "ContentProducer": PRODUCER,
        "ProduceID": produce_id,
        "ReservedCode1": "",
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }
    return json.dumps({KEY: fields}, ensure_ascii=False)


def ai_xmp(produce_id: str, *, packet: bool = True) -> str:
    """Give the implicit mark as XMP; without `packet` only the `x:xmpmeta` element."""
    body = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">'
        f"<TC260:AIGC>{escape(ai_metadata(produce_id))}</TC260:AIGC>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    return f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{body}<?xpacket end="w"?>' if packet else body
