"""`python -m oilstone_registry.router.standin`: see the package."""

import argparse
import asyncio
import json
import signal

from oilstone_registry.router.standin.connection import listen
from oilstone_registry.router.standin.server import Server


def main() -> None:
    """Listen until SIGTERM or Ctrl-C; print {"port": N} once it does."""
    parser = argparse.ArgumentParser(
        prog="python -m oilstone_registry.router.standin",
        description="A server that speaks vLLM's API without a model, for tests.",
        epilog="example:\n  python -m oilstone_registry.router.standin --port 8001",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="of 127.0.0.1 (default: a free one)")
    parser.add_argument("--model", default="standin", help="what the base model is called")
    parser.add_argument("--key", help="the API key that it asks for")
    parser.add_argument("--chunk-s", type=float, default=0.0, help="seconds between two chunks")
    args = parser.parse_args()
    asyncio.run(_listen(args))


async def _listen(args: argparse.Namespace) -> None:
    server = Server(args.model, args.key)
    made = await listen(server, args.port, args.chunk_s)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, ended.set)
    print(json.dumps({"port": made.sockets[0].getsockname()[1]}), flush=True)
    await ended.wait()


if __name__ == "__main__":
    main()
