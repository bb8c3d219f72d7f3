"""`./shop load`: a shop of its own full of shoppers, faults if wanted, and one verdict."""
