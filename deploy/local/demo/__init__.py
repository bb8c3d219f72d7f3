"""`./shop demo cart-loss`: what each way of keeping carts loses, tried before the reader's eyes."""
