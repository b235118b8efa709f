"""Reads exports of the local AWS as other tools would: boto3's TypeDeserializer, the Ion library, gzip and hashlib.

    npx -c 'node test/contract/python/write-exports.ts <directory>' && python read_exports.py <directory>

Every check counts as one; the last line is "N passed, N failed". What manifests and records have is from
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html, "Seen" is what AWS was seen to
do otherwise.
"""

import base64
import gzip
import hashlib
import json
import re
import sys
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

from amazon.ion import simpleion
from amazon.ion.simple_types import IonPyBytes, IonPyDict, IonPyList
from boto3.dynamodb.types import Binary, TypeDeserializer

HOME = Path(sys.argv[1])
EXPECTED = json.loads((HOME / "expected.json").read_text())
counts = {"passed": 0, "failed": 0}

EVERY_SUMMARY = {
    "version", "exportArn", "startTime", "endTime", "tableArn", "tableId", "s3Bucket", "s3Prefix", "s3SseAlgorithm",
    "s3SseKmsKeyId", "manifestFilesS3Key", "billedSizeBytes", "itemCount", "outputFormat", "exportType",
}  # fmt: skip
FULL_SUMMARY = EVERY_SUMMARY | {"exportTime"}
INCREMENTAL_SUMMARY = EVERY_SUMMARY | {"exportFromTime", "exportToTime", "outputView"}


def check(what, found, expected):
    if found == expected:
        counts["passed"] += 1
        return
    counts["failed"] += 1
    print(f"FAILED  {what}: found {str(found)[:500]}, expected {str(expected)[:500]}")


def object_of(key):
    path = HOME / "objects" / key
    return path.read_bytes() if path.exists() else None


def text_of(key):
    found = object_of(key)
    return None if found is None else found.decode()


def md5(content):
    return base64.b64encode(hashlib.md5(content).digest()).decode()


def etag(content):
    """Of an object that was written in one part of an upload in parts."""
    return f"{hashlib.md5(hashlib.md5(content).digest()).hexdigest()}-1"


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


# --- values ------------------------------------------------------------------------------------------------------------


def with_bytes(value):
    """DynamoDB JSON in which binary values are Base64, as boto3 would hand it over."""
    ((kind, content),) = value.items()
    if kind == "B":
        return {"B": base64.b64decode(content)}
    if kind == "BS":
        return {"BS": [base64.b64decode(one) for one in content]}
    if kind == "L":
        return {"L": [with_bytes(one) for one in content]}
    if kind == "M":
        return {"M": {name: with_bytes(one) for name, one in content.items()}}
    return value


def from_json(item):
    return {name: comparable(TypeDeserializer().deserialize(with_bytes(value))) for name, value in item.items()}


def comparable(value):
    """Sets as frozen ones, bytes as bytes, all the way down."""
    if isinstance(value, Binary):
        return bytes(value.value)
    if isinstance(value, (set, frozenset)):
        return frozenset(comparable(one) for one in value)
    if isinstance(value, list):
        return [comparable(one) for one in value]
    if isinstance(value, dict):
        return {name: comparable(one) for name, one in value.items()}
    return value


SETS = {"$dynamodb_SS", "$dynamodb_NS", "$dynamodb_BS"}


def from_ion(value):
    if isinstance(value, IonPyDict):
        return {str(name): from_ion(one) for name, one in value.items()}
    if isinstance(value, IonPyList):
        members = [from_ion(one) for one in value]
        marks = {symbol.text for symbol in value.ion_annotations}
        return frozenset(members) if marks & SETS else members
    if isinstance(value, IonPyBytes):
        return bytes(value)
    if value is None or type(value).__name__ == "IonPyNull":
        return None
    if isinstance(value, Decimal):
        return Decimal(value)
    if type(value).__name__ == "IonPyBool":
        return bool(value)
    return str(value)


def records_of(content, output_format):
    text = gzip.decompress(content).decode()
    lines = [line for line in text.split("\n") if line != ""]
    if output_format == "DYNAMODB_JSON":
        return [json.loads(line) for line in lines]
    found = simpleion.loads(text, single_value=False) if lines else []
    check("as many lines as values", len(lines), len(found))
    return found


def images_of(record, output_format):
    """Its parts by name, each a plain item; Metadata stays as it is."""
    read = from_json if output_format == "DYNAMODB_JSON" else from_ion
    return {str(name): read(part) for name, part in record.items() if str(name) != "Metadata"}


# --- an export ---------------------------------------------------------------------------------------------------------


def summary_of(description, expected):
    key = description["ExportManifest"]
    check("checksum of the summary (.md5 was seen)", text_of(key.replace(".json", ".md5")), md5(object_of(key)))
    summary = json.loads(text_of(key))
    is_full = "before" not in expected
    check("fields of the summary", set(summary), FULL_SUMMARY if is_full else INCREMENTAL_SUMMARY)
    check("version", summary["version"], "2020-06-30" if is_full else "2023-08-01")
    said = {
        "exportArn": "ExportArn", "tableArn": "TableArn", "tableId": "TableId", "s3Bucket": "S3Bucket",
        "s3SseAlgorithm": "S3SseAlgorithm", "billedSizeBytes": "BilledSizeBytes", "itemCount": "ItemCount",
        "outputFormat": "ExportFormat",
    }  # fmt: skip
    for name, described in said.items():
        check(f"{name} as DescribeExport says", summary[name], description[described])
    check("s3Prefix", summary["s3Prefix"], description.get("S3Prefix"))
    check("s3SseKmsKeyId", summary["s3SseKmsKeyId"], None)
    check("exportType", summary["exportType"], "FULL_EXPORT" if is_full else "INCREMENTAL_EXPORT")
    for name in ("startTime", "endTime"):
        described = description[name[0].upper() + name[1:]]
        check(name, instant(summary[name]), instant(described))
        check(f"{name} has milliseconds", bool(re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{3}Z", summary[name])), True)
    if is_full:
        check("exportTime", instant(summary["exportTime"]), instant(description["ExportTime"]))
        check("no view", "outputView" in summary, False)
    else:
        asked = description["IncrementalExportSpecification"]
        check("exportFromTime", instant(summary["exportFromTime"]), instant(asked["ExportFromTime"]))
        check("exportToTime", instant(summary["exportToTime"]), instant(asked["ExportToTime"]))
        check("outputView", summary["outputView"], asked["ExportViewType"])
    check("_started is empty", object_of(key.replace("manifest-summary.json", "_started")), b"")
    return summary


def files_of(summary, description):
    key = summary["manifestFilesS3Key"]
    folder = description["ExportManifest"].rsplit("/", 1)[0]
    check("where the list is", key, f"{folder}/manifest-files.json")
    check("checksum of the list", text_of(key.replace(".json", ".md5")), md5(object_of(key)))
    files = [json.loads(line) for line in text_of(key).splitlines()]
    check("a file for each partition", len(files) >= 4, True)
    is_full = summary["exportType"] == "FULL_EXPORT"
    data = f"{folder}/data/" if is_full else f"{folder.rsplit('/', 1)[0]}/data/"
    ending = "json.gz" if summary["outputFormat"] == "DYNAMODB_JSON" else "ion.gz"
    records = []
    for file in files:
        content = object_of(file["dataFileS3Key"])
        check("fields of a file", set(file), {"itemCount", "md5Checksum", "etag", "dataFileS3Key"})
        check("where a file is", file["dataFileS3Key"].startswith(data), True)
        check("what a file is called", file["dataFileS3Key"].endswith(ending), True)
        check("MD5 of a file", file["md5Checksum"], md5(content))
        check("ETag of a file", file["etag"], etag(content))
        check("ETag at S3", EXPECTED["etags"][file["dataFileS3Key"]].strip('"'), file["etag"])
        found = records_of(content, summary["outputFormat"])
        check("items of a file", file["itemCount"], len(found))
        records.extend(found)
    check("items of all files", summary["itemCount"], len(records))
    return records


def key_of(item):
    return item["id"], item["at"]


def by_key(items):
    return {key_of(item): item for item in items}


def check_full(records, summary, expected):
    items = [images_of(record, summary["outputFormat"]) for record in records]
    check("a record is an item", {tuple(record) for record in items} <= {("Item",)}, True)
    found = [record["Item"] for record in items]
    check("no item twice", len(by_key(found)), len(found))
    check("items", by_key(found), by_key(map(from_json, expected["after"])))


def micros_of(record):
    stamp = record["Metadata"]["WriteTimestampMicros"]
    return int(stamp["N"] if isinstance(stamp, dict) else stamp)


def check_window(records, summary, expected):
    before, after = by_key(map(from_json, expected["before"])), by_key(map(from_json, expected["after"]))
    start, end = (instant(summary[name]).astimezone(timezone.utc) for name in ("exportFromTime", "exportToTime"))
    has_old = summary["outputView"] == "NEW_AND_OLD_IMAGES"
    result = dict(before)
    seen = set()
    for record in records:
        at = micros_of(record) / 1e6
        check("written within the window", start.timestamp() <= at < end.timestamp(), True)
        parts = images_of(record, summary["outputFormat"])
        check("parts of a record", set(parts) <= {"Keys", "NewImage", "OldImage"} and "Keys" in parts, True)
        key = key_of(parts["Keys"])
        check("keys are the key alone", set(parts["Keys"]), {"id", "at"})
        check("one record a key", key in seen, False)
        check("old image", parts.get("OldImage"), before.get(key) if has_old else None)
        check("new image", parts.get("NewImage"), after.get(key))
        check("something changed", before.get(key) == after.get(key), False)
        seen.add(key)
        if "NewImage" in parts:
            result[key] = parts["NewImage"]
        else:
            result.pop(key)
    check("the window applied to the items before it", result, after)


def main():
    for expected in EXPECTED["exports"]:
        description = expected["description"]
        check("it has ended well", description["ExportStatus"], "COMPLETED")
        summary = summary_of(description, expected)
        records = files_of(summary, description)
        print(summary["exportType"], summary["outputFormat"], summary.get("outputView", ""), len(records), "records")
        (check_window if "before" in expected else check_full)(records, summary, expected)
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    sys.exit(1 if counts["failed"] or not counts["passed"] else 0)


main()
