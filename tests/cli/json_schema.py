"""json_schema.py SCHEMA FILE...: each FILE is JSON that the schema allows, by as much of JSON Schema
as orrery's own schemas use; a keyword that is not known here is an error."""
import json
import re
import sys

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
# What a keyword says is said of values of this type only.
ABOUT = {"minimum": "number", "maximum": "number", "pattern": "string", "items": "array",
         "required": "object", "properties": "object", "additionalProperties": "object"}
SILENT = {"$schema", "$id", "$defs", "title", "description", "default", "examples"}


def is_type(value, name):
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if name == "integer":
        return is_type(value, "number") and value == int(value)
    return isinstance(value, TYPES[name])


def target(root, name):
    if name.startswith("#/"):
        for key in name[2:].split("/"):
            root = root[key]
        return root, None
    found = [d for d in root.get("$defs", {}).values() if d.get("$id") == name]
    return found[0], found[0]


def wrong(schema, value, root, at="$"):
    """The first thing that is wrong, or None."""
    if schema in (True, False):
        return None if schema else f"{at}: must not be there"
    for key, rule in schema.items():
        why = None
        if key in ABOUT and not is_type(value, ABOUT[key]):
            continue
        if key == "$ref":
            inner, base = target(root, rule)
            why = wrong(inner, value, base or root, at)
        elif key == "type":
            names = rule if isinstance(rule, list) else [rule]
            why = None if any(is_type(value, n) for n in names) else f"{at}: not {names}"
        elif key == "const":
            why = None if value == rule else f"{at}: not {rule}"
        elif key == "enum":
            why = None if value in rule else f"{at}: none of {rule}"
        elif key == "pattern":
            why = None if re.search(rule, value) else f"{at}: not like {rule}"
        elif key == "minimum":
            why = None if value >= rule else f"{at}: below {rule}"
        elif key == "maximum":
            why = None if value <= rule else f"{at}: above {rule}"
        elif key == "not":
            why = f"{at}: what it must not be" if not wrong(rule, value, root, at) else None
        elif key == "required":
            why = next((f"{at}: no {n}" for n in rule if n not in value), None)
        elif key == "items":
            why = next((w for i, v in enumerate(value)
                        if (w := wrong(rule, v, root, f"{at}[{i}]"))), None)
        elif key == "properties":
            why = next((w for n, r in rule.items()
                        if n in value and (w := wrong(r, value[n], root, f"{at}.{n}"))), None)
        elif key == "additionalProperties":
            rest = [n for n in value if n not in schema.get("properties", {})]
            if rule is False:
                why = f"{at}: {rest} unknown" if rest else None
            else:
                why = next((w for n in rest
                            if (w := wrong(rule, value[n], root, f"{at}.{n}"))), None)
        elif key == "allOf":
            why = next((w for r in rule if (w := wrong(r, value, root, at))), None)
        elif key == "if":
            if not wrong(rule, value, root, at):
                why = wrong(schema.get("then", {}), value, root, at)
            else:
                why = wrong(schema.get("else", {}), value, root, at)
        elif key == "anyOf":
            if all(wrong(r, value, root, at) for r in rule):
                why = f"{at}: none of the forms it may have"
        elif key not in SILENT and key not in ("then", "else"):
            why = f"{at}: the schema's keyword {key} is not known"
        if why:
            return why
    return None


with open(sys.argv[1], encoding="utf-8") as f:
    SCHEMA = json.load(f)
for file in sys.argv[2:]:
    with open(file, encoding="utf-8") as f:
        problem = wrong(SCHEMA, json.load(f), SCHEMA)
    if problem:
        sys.exit(f"{file}: {problem}")
