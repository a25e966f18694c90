#!/usr/bin/env python3
"""What Online Retail should come to, computed from the file alone, sharing nothing with the importer.

    xz -dc online-retail.csv.xz | python3 test/real-data/online-retail/independent.py > expected.json

The rule: lines without a customer count for nothing. An invoice that begins with C is a return, of the sum of |quantity| x price.
Any other is a purchase, of the sum over its lines with quantity > 0 and price > 0, if it has such a line; lines with a price of
zero travel with their order. Both happen at the invoice's earliest line, in London local time, which is counted in UTC months.
Decimals are exact. Needs Python 3.9 (zoneinfo), nothing else.
"""
import csv
import json
import sys
from collections import Counter, defaultdict
from datetime import datetime, timezone
from decimal import Decimal, getcontext
from zoneinfo import ZoneInfo

getcontext().prec = 60
LONDON = ZoneInfo("Europe/London")
CENT = Decimal("0.01")


def utc(local):
    naive = datetime.strptime(local, "%Y-%m-%d %H:%M:%S")
    return naive.replace(tzinfo=LONDON).astimezone(timezone.utc)


def text(amount):
    """At least two digits after the point, and no zeros beyond them."""
    digits = format(amount.normalize(), "f")
    if "." not in digits or len(digits.split(".")[1]) < 2:
        digits = format(amount.quantize(CENT), "f")
    return digits


def read(stream):
    invoices, refused, read_lines = defaultdict(list), Counter(), 0
    for line in csv.DictReader(stream):
        read_lines += 1
        if line["CustomerID"].strip() == "":
            refused["no_customer"] += 1
        elif line["InvoiceNo"].startswith("A"):
            refused["bad_debt"] += 1
        elif Decimal(line["UnitPrice"]) < 0:
            refused["negative_price"] += 1
        else:
            invoices[line["InvoiceNo"]].append(line)
    return invoices, refused, read_lines


def touchpoint(number, lines, refused):
    is_return = number.startswith("C")
    kept = []
    for line in lines:
        quantity = Decimal(line["Quantity"])
        if is_return and quantity >= 0:
            refused["positive_quantity_on_return"] += 1
        elif not is_return and quantity <= 0:
            refused["quantity_not_positive"] += 1
        else:
            kept.append(line)
    if not any(Decimal(line["UnitPrice"]) > 0 for line in kept):
        refused["no_priced_line"] += len(kept)
        return None
    return {
        "kind": "return" if is_return else "purchase",
        "customer": str(int(Decimal(kept[0]["CustomerID"]))),
        "at": min(utc(line["InvoiceDate"]) for line in kept),
        "amount": sum((abs(Decimal(line["Quantity"])) * Decimal(line["UnitPrice"]) for line in kept), Decimal(0)),
        "lines": len(kept),
    }


def summary(stream):
    invoices, refused, read_lines = read(stream)
    found = [t for t in (touchpoint(number, lines, refused) for number, lines in invoices.items()) if t]
    months, customers = defaultdict(lambda: defaultdict(Decimal)), defaultdict(lambda: {"purchases": 0, "returns": 0, "net": Decimal(0)})
    counts = defaultdict(Counter)
    for t in found:
        month, plural = t["at"].strftime("%Y-%m"), t["kind"] + "s"
        months[month][plural] += t["amount"]
        counts[month][plural] += 1
        customer = customers[t["customer"]]
        customer[plural] += 1
        customer["net"] += t["amount"] if t["kind"] == "purchase" else -t["amount"]
    total = lambda kind: sum((t["amount"] for t in found if t["kind"] == kind), Decimal(0))
    in_touchpoints = sum(t["lines"] for t in found)
    assert in_touchpoints + sum(refused.values()) == read_lines
    return {
        "lines": {"read": read_lines, "inTouchpoints": in_touchpoints, "refusedByReason": dict(sorted(refused.items()))},
        "purchases": sum(t["kind"] == "purchase" for t in found),
        "returns": sum(t["kind"] == "return" for t in found),
        "customers": len(customers),
        "revenue": {"purchases": text(total("purchase")), "returns": text(total("return")), "net": text(total("purchase") - total("return"))},
        "months": {
            month: {
                "purchases": counts[month]["purchases"],
                "returns": counts[month]["returns"],
                "revenue": text(months[month]["purchases"]),
                "returned": text(months[month]["returns"]),
            }
            for month in sorted(months)
        },
        "byCustomer": {
            customer: {**values, "net": text(values["net"])} for customer, values in sorted(customers.items())
        },
    }


if __name__ == "__main__":
    json.dump(summary(open(sys.argv[1], newline="", encoding="utf-8") if len(sys.argv) > 1 else sys.stdin), sys.stdout, indent=1)
    print()
