"""One file a rule, in the folder of its stage. The order is in tpa/engine/adjudication/order.py."""
