"""What one run pays to whom: claims grouped by payee, overpayments set off, what is carried on; and how it leaves."""
