"""`python -m deploy.local.demo.storefront --port P`: a storefront that keeps its carts in its own memory."""

import os
import sys

from deploy.local.demo.carts_in_process import CartsInProcess
from storefront.__main__ import main

if __name__ == "__main__":
    if os.environ.get("ENVIRONMENT") == "production":
        sys.exit("carts in the memory of a process are for the demo alone")
    sys.exit(main(CartsInProcess()))
