"""Verifies deliveries as a receiver would.

usage: verify_webhooks.py CURRENT_SECRET STANDARD_SECRET... < deliveries

Each line of the input is a delivery: {"headers": {...}, "body": "..."}. Every one must pass the verifier of the package
standardwebhooks with each STANDARD_SECRET, and a plain check of X-Hub-Signature with CURRENT_SECRET.
"""

import hashlib
import hmac
import json
import sys

from standardwebhooks.webhooks import Webhook


def main() -> None:
    current, *secrets = sys.argv[1:]
    verified = 0
    for line in sys.stdin:
        delivery = json.loads(line)
        headers, body = delivery["headers"], delivery["body"]
        for secret in secrets:
            Webhook(secret).verify(body, headers)
        expected = "sha256=" + hmac.new(current.encode(), body.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, headers["x-hub-signature"]):
            sys.exit(f"X-Hub-Signature of {headers['webhook-id']} is wrong")
        verified += 1
    print(verified, "verified")


if __name__ == "__main__":
    main()
