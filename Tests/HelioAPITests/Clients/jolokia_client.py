"""Reads a timer with the `jolokia` library. Prints one JSON object: what it saw."""
import json
import sys

from jolokia import JolokiaClient

VET = "com.atlassian.bitbucket:type=metrics,category00=mirror,category01=farm,category02=vet,name=timer"
TIMER = [
    "Count", "MeanRate", "OneMinuteRate", "FiveMinuteRate", "FifteenMinuteRate", "RateUnit", "Min", "Max", "Mean", "StdDev",
    "50thPercentile", "75thPercentile", "95thPercentile", "98thPercentile", "99thPercentile", "999thPercentile", "DurationUnit",
]

client = JolokiaClient(sys.argv[1])
answers = client.get_attribute(mbean=VET, attribute=TIMER)
print(json.dumps({
    "values": {answer["request"]["attribute"]: answer.get("value") for answer in answers},
    "statuses": [answer["status"] for answer in answers],
    "protocol": client.version()["value"]["protocol"],
    "found": client.search(mbean="com.atlassian.bitbucket:*")["value"],
    "listed": sorted(client.list(path="com.atlassian.bitbucket")["value"]),
    "missing": client.get_attribute(mbean="nope:type=x", attribute="Count")["status"],
    "write": client.set_attribute(mbean=VET, attr_value_pairs=("Count", 7))["status"],
    "exec": client.execute(mbean=VET, operation="values", arguments=[])["status"],
}))
