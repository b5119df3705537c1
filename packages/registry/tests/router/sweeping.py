"""What the router does beside its clients: it looks again and again who is late."""

import asyncio


async def sweep(client):
    while True:
        await asyncio.sleep(0.02)
        client.sweep(asyncio.get_running_loop().time())
