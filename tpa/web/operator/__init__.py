"""The TPA's desk: set-up admin, work queues, claim workbench, imports."""
