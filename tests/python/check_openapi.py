"""Validates OpenAPI and Swagger documents by openapi-spec-validator, and prints their versions as JSON."""

import json
import sys

from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV31SpecValidator

versions = []
for path in sys.argv[1:]:
    document = json.load(open(path, encoding="utf-8"))
    is_2 = "swagger" in document
    validator = OpenAPIV2SpecValidator if is_2 else OpenAPIV31SpecValidator
    errors = [str(error)[:2000] for error in validator(document).iter_errors()]
    if errors:
        sys.exit(f"{path}: " + "\n".join(errors))
    versions.append("2.0" if is_2 else "3.1")
print(json.dumps(versions))
