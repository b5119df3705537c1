"""A bare ASGI pass-through: uvicorn and aiohttp, no thought at all. What frameworks cost."""

import sys

import aiohttp
import uvicorn

UPSTREAM = sys.argv[1]
session = None


async def app(scope, receive, send):
    global session
    if session is None:
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message.get("more_body", False)
    headers = {"content-type": "application/json"}
    async with session.post(UPSTREAM + scope["path"], data=body, headers=headers) as answer:
        kind = (b"content-type", answer.headers["content-type"].encode())
        await send({"type": "http.response.start", "status": answer.status, "headers": [kind]})
        async for part in answer.content.iter_any():
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    options = {"http": "httptools", "loop": "uvloop", "lifespan": "off", "access_log": False}
    uvicorn.run(app, port=int(sys.argv[2]), log_level="error", **options)
