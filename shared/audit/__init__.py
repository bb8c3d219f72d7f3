"""What the auditor knows of an order and its gaps, for the worker tier and for the report of a load run."""
