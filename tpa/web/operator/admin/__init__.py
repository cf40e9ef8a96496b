"""Set-up screens. What is agreed or published is written through the books' services and never edited here."""
