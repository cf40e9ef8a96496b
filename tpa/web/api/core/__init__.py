"""What every resource shares: problems, public ids, money, pages, idempotency, permissions."""
