"""Addresses of orders and their documents. The key in them is what lets a guest read the order."""

from collections.abc import Sequence

from shared.domain.numbers import order_key, order_key_fits


class Links:
    def __init__(self, public_url: str, signing_secrets: Sequence[str]) -> None:
        """Keys are made with the newest secret, which comes first; older ones still fit."""
        self._public_url, self._secrets = public_url, signing_secrets

    def order_path(self, number: str) -> str:
        return f"/orders/{number}?key={self.order_key(number)}"

    def order_url(self, number: str) -> str:
        return self._public_url + self.order_path(number)

    def pay_path(self, number: str) -> str:
        return f"/orders/{number}/pay?key={self.order_key(number)}"

    def document_path(self, number: str, document: str) -> str:
        return f"/orders/{number}/documents/{document}.pdf?key={self.order_key(number)}"

    def order_key(self, number: str) -> str:
        return order_key(self._secrets[0], number)

    def key_fits(self, number: str, key: str) -> bool:
        return order_key_fits(self._secrets, number, key)
