"""The upstream of the benchmark: as little work as Python can do, the same for every router.

Answers every chat with one fixed completion, or with a stream of events where the body asks for
one; `--chunk-ms` is the time between two events. It takes adapters as vLLM does.
"""

import argparse
import asyncio
import json
import re
import time

import uvloop

ANSWER = (
    b'{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"fn main() {}"},"finish_reason":"stop"}],"usage":'
    b'{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}'
)
EVENT = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":['
    b'{"index":0,"delta":{"content":"%b"},"finish_reason":null}]}\n\n'
)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
WHOLE = HEAD % len(ANSWER) + ANSWER
LOADED = ["base"]
LENGTH = re.compile(rb"content-length: *(\d+)", re.I)
STREAMED = re.compile(rb'"stream" *: *true')


def control(head, body):
    """Load and list adapters as vLLM does; every model answers a probe in its own way."""
    if b"/v1/models" in head:
        cards = [{"id": name, "parent": "base" if name != "base" else None} for name in LOADED]
        return {"data": cards}
    asked = json.loads(body)
    if b"/v1/load_lora_adapter" in head:
        LOADED.append(asked["lora_name"])
    return {"choices": [{"text": f"this is {asked.get('model')}"}]}


class Dummy(asyncio.Protocol):
    chunks, gap_s = 100, 0.0

    def __init__(self):
        self.buffer = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            found = LENGTH.search(self.buffer, 0, end)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self.buffer) < whole:
                return
            head = self.buffer[:end]
            body, self.buffer = self.buffer[end + 4 : whole], self.buffer[whole:]
            if head.startswith(b"POST /v1/chat/"):
                self.answer(body)
            else:
                answer = json.dumps(control(head, body)).encode()
                self.transport.write(HEAD % len(answer) + answer)

    def answer(self, body):
        if STREAMED.search(body):
            asyncio.get_running_loop().create_task(self.stream())
        else:
            self.transport.write(WHOLE)

    async def stream(self):
        self.transport.write(STREAM)
        for _ in range(self.chunks):
            self.event(EVENT % (b"%d" % time.monotonic_ns()))
            await asyncio.sleep(self.gap_s)
        self.event(b"data: [DONE]\n\n")
        self.transport.write(b"0\r\n\r\n")

    def event(self, event):
        self.transport.write(b"%x\r\n%b\r\n" % (len(event), event))


async def main(port, chunks, gap_ms):
    Dummy.chunks, Dummy.gap_s = chunks, gap_ms / 1000
    server = await asyncio.get_running_loop().create_server(Dummy, "127.0.0.1", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--chunks", type=int, default=100)
    parser.add_argument("--chunk-ms", type=float, default=1.0)
    args = parser.parse_args()
    uvloop.run(main(args.port, args.chunks, args.chunk_ms))
