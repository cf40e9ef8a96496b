"""The platform on which a third-party administrator runs self-funded benefit plans. Map: tpa/ARCHITECTURE.md."""
