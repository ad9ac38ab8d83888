"""An SMTP server that takes everything: smtp_server.py FOLDER prints its port and writes what it takes into FOLDER.

Each message becomes `<number>.eml`, its bytes as they came, and `<number>.json`, the envelope.
"""

import asyncio
import json
import pathlib
import sys

from aiosmtpd.smtp import SMTP


class Folder:
    """Writes messages down."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        (self.path / f"{self.count}.eml").write_bytes(envelope.original_content)
        sender_and_recipients = {"from": envelope.mail_from, "to": envelope.rcpt_tos}
        (self.path / f"{self.count}.json").write_text(json.dumps(sender_and_recipients))
        return "250 taken"


async def main():
    folder = Folder(sys.argv[1])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(folder, loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
