"""Connects the MCP SDK's client to a server, lists its tools and calls them as standard input says, and prints all that as JSON.

Usage: mcp_client.py URL MODE < [{"name": …, "arguments": {…}}]
"""

import asyncio
import json
import sys

from mcp import Client


async def main(url, mode):
    calls = json.load(sys.stdin)
    async with Client(url, mode=mode) as client:
        tools = (await client.list_tools()).tools
        results = []
        for call in calls:
            try:
                result = await client.call_tool(call["name"], call["arguments"])
                results.append(result.model_dump(mode="json", by_alias=True, exclude_none=True))
            except Exception as error:  # an error of the protocol
                results.append({"protocolError": str(error)})
        told = {
            "version": client.protocol_version,
            "instructions": client.instructions,
            "tools": [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools],
            "results": results,
        }
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))
