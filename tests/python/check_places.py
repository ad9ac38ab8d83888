"""Prints, for each mail, the SHA-256 of the images that its HTML shows, in the order in which it does: check_places.py MESSAGE.eml..."""

import base64
import hashlib
import html.parser
import json
import sys

from check_mail import check


class Images(html.parser.HTMLParser):
    """Where the images of a page are."""

    def __init__(self):
        super().__init__()
        self.sources = []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.sources.append(dict(attrs)["src"])


def places(path):
    """The images of the mail at `path`, in which nothing is wrong."""
    with open(path, "rb") as file:
        mail = check(file.read())
    if mail["defects"]:
        raise ValueError(mail["defects"])
    images = {f"cid:{part['contentId'].strip('<>')}": part for part in mail["attachments"] if part["contentId"]}
    page = Images()
    page.feed(mail["html"])
    return [hashlib.sha256(base64.b64decode(images[source]["content"])).hexdigest() for source in page.sources]


json.dump([places(path) for path in sys.argv[1:]], sys.stdout)
