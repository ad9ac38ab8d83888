"""Reads a mail with Python's own parser and prints what it found as JSON: a second opinion on what the email function writes.

Usage: python3 check_mail.py MESSAGE.eml [PAGE.html]

The page shows the mail's HTML in a browser, where an image cannot be another part of a mail.
"""

import base64
import email
import email.policy
import html.parser
import json
import re
import sys


def part_of(part):
    """An image or file of the mail."""
    content = part.get_payload(decode=True)
    return {
        "name": part.get_filename(),
        "contentType": part.get_content_type(),
        "contentId": part["Content-ID"],
        "disposition": part.get_content_disposition(),
        "encoding": part["Content-Transfer-Encoding"],
        "size": len(content),
        "content": base64.b64encode(content).decode(),
    }


def structure(part):
    """The nesting of the parts, as in `mixed(related(alternative(text/plain, text/html), image/png), text/csv)`."""
    if part.is_multipart():
        return f"{part.get_content_subtype()}({', '.join(structure(inner) for inner in part.iter_parts())})"
    return part.get_content_type()


def defects(message):
    """What the parser found wrong, in the parts and in their headers."""
    found = []
    for part in message.walk():
        found += [type(defect).__name__ for defect in part.defects]
        for name, value in part.items():
            found += [f"{name}: {type(defect).__name__}" for defect in value.defects]
    return found


def texts(message, content_type):
    """The texts of this type that are not files."""
    parts = (part for part in message.walk() if part.get_content_type() == content_type)
    return [part.get_content() for part in parts if part.get_content_disposition() is None]


class Elements(html.parser.HTMLParser):
    """The kinds of elements of a page, with the names of their attributes and where they lead."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        names = [name if name not in ("href", "src") else f"{name}={value}" for name, value in attrs]
        self.found.add(" ".join([tag, *sorted(names)]))


def elements(page):
    """The elements of the HTML `page`, each kind once."""
    parser = Elements()
    parser.feed(page)
    return sorted(parser.found)


def check(source):
    """What the mail `source`, its bytes, is."""
    message = email.message_from_bytes(source, policy=email.policy.default)
    files = [part for part in message.walk() if part.get_content_disposition() is not None]
    body = "".join(texts(message, "text/html"))
    return {
        "defects": defects(message),
        "headers": [[name, str(value)] for name, value in message.items()],
        "structure": structure(message),
        "text": "".join(texts(message, "text/plain")),
        "html": body,
        "elements": elements(body),
        "cids": re.findall(r"""src=["']?cid:([^"'\s>]+)""", body),
        "attachments": [part_of(part) for part in files],
        "size": len(source),
        "maxLineLength": max((len(line) for line in source.split(b"\r\n")), default=0),
        "bareLineFeeds": source.replace(b"\r\n", b"").count(b"\n"),
        "bareCarriageReturns": source.replace(b"\r\n", b"").count(b"\r"),
        "nonAscii": sum(byte > 127 for byte in source),
    }


def page(mail):
    """The HTML of `mail` with its images in it."""
    body = mail["html"]
    for part in mail["attachments"]:
        if part["contentId"]:
            uri = f"data:{part['contentType']};base64,{part['content']}"
            body = body.replace(f"cid:{part['contentId'].strip('<>')}", uri)
    return body


def main():
    with open(sys.argv[1], "rb") as file:
        mail = check(file.read())
    if len(sys.argv) > 2:
        with open(sys.argv[2], "w", encoding="utf-8") as file:
            file.write(page(mail))
    json.dump(mail, sys.stdout, indent=2, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
