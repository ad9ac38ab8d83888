"""Reads an SVG picture with expat and prints what is in it as JSON: check_svg.py PICTURE.svg."""

import json
import sys
import xml.etree.ElementTree as ElementTree

root = ElementTree.parse(sys.argv[1]).getroot()
elements = list(root.iter())
json.dump(
    {
        "root": root.attrib,
        "elements": sorted({element.tag for element in elements}),
        "attributes": sorted({name for element in elements for name in element.attrib}),
        "texts": ["".join(element.itertext()).strip() for element in elements if element.tag.endswith("}text")],
    },
    sys.stdout,
)
