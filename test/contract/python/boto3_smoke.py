"""Uses DynamoDB, EventBridge, SQS, STS and tagging through boto3, as another language would, and checks what comes back.

    python boto3_smoke.py http://127.0.0.1:4566
"""

import json
import sys
import time
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
CONFIG = Config(region_name="us-east-1", retries={"max_attempts": 8, "mode": "standard"})
NAME = f"tablekeep-contract-{uuid.uuid4().hex[:10]}"


def client(service):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        config=CONFIG,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def wait_for(look, seconds=60):
    """What `look` returns as soon as that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen = look()
        if seen:
            return seen
        time.sleep(0.5)
    raise AssertionError(f"{look.__name__} saw nothing in {seconds} s")


def error_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    raise AssertionError("the call was accepted")


def make_table(dynamodb):
    dynamodb.create_table(
        TableName=NAME,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "team", "Value": NAME}],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=NAME, WaiterConfig={"Delay": 1})


def items(dynamodb):
    dynamodb.put_item(TableName=NAME, Item={"id": {"S": "a"}, "n": {"N": "1"}})
    item = dynamodb.get_item(TableName=NAME, Key={"id": {"S": "a"}}, ConsistentRead=True)["Item"]
    assert item == {"id": {"S": "a"}, "n": {"N": "1"}}, item
    assert dynamodb.scan(TableName=NAME)["Count"] == 1


def listed(dynamodb, **window):
    pages = dynamodb.get_paginator("list_backups").paginate(TableName=NAME, **window)
    return [summary["BackupArn"] for page in pages for summary in page["BackupSummaries"]]


def backups(dynamodb):
    def create():
        try:
            return dynamodb.create_backup(TableName=NAME, BackupName=NAME)["BackupDetails"]
        except dynamodb.exceptions.ContinuousBackupsUnavailableException:
            return None  # the table is too young

    details = wait_for(create)
    assert details["BackupStatus"] == "CREATING", details
    arn = details["BackupArn"]

    def is_available():
        described = dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
        return described["BackupDetails"]["BackupStatus"] == "AVAILABLE"

    wait_for(is_available)
    assert arn in listed(dynamodb)
    assert arn in listed(dynamodb, TimeRangeLowerBound=details["BackupCreationDateTime"])
    assert arn not in listed(dynamodb, TimeRangeUpperBound=details["BackupCreationDateTime"])
    dynamodb.delete_backup(BackupArn=arn)
    assert error_of(dynamodb.describe_backup, BackupArn=arn) == "BackupNotFoundException"
    assert error_of(dynamodb.create_backup, TableName="no-such-table", BackupName=NAME) == "TableNotFoundException"
    assert error_of(dynamodb.create_backup, TableName=NAME, BackupName="a:b") == "ValidationException"


def tags():
    def found():
        answer = client("resourcegroupstaggingapi").get_resources(
            ResourceTypeFilters=["dynamodb:table"], TagFilters=[{"Key": "team", "Values": [NAME]}]
        )
        return answer["ResourceTagMappingList"]

    assert wait_for(found)[0]["ResourceARN"].endswith(f":table/{NAME}")


def an_event_in_a_queue():
    sqs, events = client("sqs"), client("events")
    url = sqs.create_queue(QueueName=NAME)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.create_event_bus(Name=NAME)
    events.put_rule(Name=NAME, EventBusName=NAME, EventPattern=json.dumps({"source": ["contract"]}))
    events.put_targets(Rule=NAME, EventBusName=NAME, Targets=[{"Id": "queue", "Arn": arn}])
    entry = {"EventBusName": NAME, "Source": "contract", "DetailType": "Tested", "Detail": '{"a":1}'}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0

    def received():
        return sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages")

    assert json.loads(wait_for(received)[0]["Body"])["detail"] == {"a": 1}
    events.remove_targets(Rule=NAME, EventBusName=NAME, Ids=["queue"])
    events.delete_rule(Name=NAME, EventBusName=NAME)
    events.delete_event_bus(Name=NAME)
    sqs.delete_queue(QueueUrl=url)


def drop_table(dynamodb):
    def dropped():
        try:
            return dynamodb.delete_table(TableName=NAME)
        except dynamodb.exceptions.ResourceInUseException:
            return None  # a plan that fires just now backs it up

    wait_for(dropped)


def main():
    assert client("sts").get_caller_identity()["Account"].isdigit()
    dynamodb = client("dynamodb")
    make_table(dynamodb)
    try:
        items(dynamodb)
        backups(dynamodb)
        tags()
        an_event_in_a_queue()
    finally:
        drop_table(dynamodb)
    print("boto3: all is as at AWS")


main()
