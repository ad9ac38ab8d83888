"""An SMTP server: smtp_server.py FOLDER [CERTIFICATE KEY [TOKEN]] prints its port and writes what it takes into FOLDER.

Each message becomes `<number>.eml`, its bytes as they came, and `<number>.json`, the envelope with who logged in.
With a certificate it takes nothing before STARTTLS and a login: the user `soc` by the password `p4ssword-canary`, or with a token the
mailbox `reports@example.net` by XOAUTH2.
"""

import asyncio
import base64
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import AuthResult, SMTP


class Folder:
    """Writes messages down."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        (self.path / f"{self.count}.eml").write_bytes(envelope.original_content)
        envelope = {"from": envelope.mail_from, "to": envelope.rcpt_tos}
        if session.authenticated:
            envelope |= {"login": session.auth_data, "tls": session.ssl is not None}
        (self.path / f"{self.count}.json").write_text(json.dumps(envelope))
        return f"250 2.0.0 taken as {self.count}"


class TokenFolder(Folder):
    """Knows XOAUTH2 and one token."""

    def __init__(self, path, token):
        super().__init__(path)
        self.token = token

    async def auth_XOAUTH2(self, server, args):
        response = base64.b64decode(args[1])
        expected = f"user=reports@example.net\x01auth=Bearer {self.token}\x01\x01"
        success = response == expected.encode()
        return AuthResult(success=success, handled=False, auth_data="XOAUTH2")


def by_password(server, session, envelope, mechanism, data):
    """Knows one user."""
    success = data.login == b"soc" and data.password == b"p4ssword-canary"
    return AuthResult(success=success, handled=False, auth_data=mechanism)


def protection(arguments):
    """How the server is protected."""
    if not arguments:
        return {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*arguments[:2])
    login = {} if len(arguments) > 2 else {"authenticator": by_password}
    return {"tls_context": context, "require_starttls": True, "auth_required": True, **login}


async def main():
    folder, *arguments = sys.argv[1:]
    folder = TokenFolder(folder, arguments[2]) if len(arguments) > 2 else Folder(folder)
    settings = protection(arguments)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(folder, loop=loop, **settings), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
